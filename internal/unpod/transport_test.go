// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// startTLS starts a local Unpod that accepts the canary, over TLS and HTTP/2.
func startTLS(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

// trusting returns a client that trusts these certificates.
func trusting(t *testing.T, baseURL, caCert string) *Client {
	t.Helper()
	options := testOptions(t, baseURL)
	options.MaxRetries = 1
	if caCert != "" {
		pool, err := ParseCACert(caCert)
		if err != nil {
			t.Fatal(err)
		}
		options.RootCAs = pool
	}
	return New(options)
}

// TestTLS_rejectsUntrustedServer connects to servers that cannot be trusted. The
// read fails at once, before a request is sent.
func TestTLS_rejectsUntrustedServer(t *testing.T) {
	t.Parallel()
	certificate := unpodtest.NewCertificate(t)
	caCert := unpodtest.CertificatePEM(certificate)
	asked := func(http.ResponseWriter, *http.Request) { t.Error("got a request, want none") }
	start := func(config *tls.Config) string {
		server := httptest.NewUnstartedServer(http.HandlerFunc(asked))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(server.Close)
		if server.TLS = config; config == nil {
			server.Start()
			return server.URL
		}
		config.Certificates = []tls.Certificate{certificate}
		server.StartTLS()
		return server.URL
	}
	modern := start(&tls.Config{MinVersion: tls.VersionTLS13})
	for name, test := range map[string]struct{ address, caCert, want string }{
		"unknown authority": {modern, unpodtest.CertificatePEM(unpodtest.NewCertificate(t)), "x509: "},
		"wrong host name":   {strings.Replace(modern, "127.0.0.1", "localhost", 1), caCert, "x509: "},
		"plain HTTP":        {strings.Replace(start(nil), "http://", "https://", 1), caCert, "first record does not look like a TLS handshake"},
		"TLS 1.1 at most":   {start(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}), caCert, "protocol version not supported"}, //nolint:gosec // The test needs it.
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := trusting(t, test.address, test.caCert).ProviderConfigurations(t.Context())
			if failed, ok := errors.AsType[*CallError](err); !ok || failed.Attempts != 1 {
				t.Fatalf("got error %v, want a *CallError after 1 attempt", err)
			}
			if untrusted, ok := errors.AsType[*TLSError](err); !ok || !strings.Contains(untrusted.Reason, test.want) {
				t.Errorf("got error %v, want a *TLSError with %q", err, test.want)
			}
		})
	}
}

// TestTLS_caCertAddsToSystemRoots reads from a server that the system trusts,
// and from one that ca_cert_pem adds.
func TestTLS_caCertAddsToSystemRoots(t *testing.T) {
	t.Parallel()
	switch runtime.GOOS {
	case "darwin", "ios", "windows", "android":
		t.Skipf("%s has no SSL_CERT_FILE", runtime.GOOS)
	}
	systems, added, other := startTLS(t, unpodtest.Documented()...), startTLS(t, unpodtest.Documented()...), startTLS(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(systems.CACertPEM), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ address, caCert, wantKind string }{
		"system's":       {systems.URL, added.CACertPEM, ""},
		"added":          {added.URL, added.CACertPEM, ""},
		"neither":        {other.URL, added.CACertPEM, "*unpod.TLSError"},
		"system's alone": {systems.URL, "", ""},
		"unknown":        {added.URL, "", "*unpod.TLSError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, _ := runChild(t, childOrder{BaseURL: test.address, CACert: test.caCert},
				"SSL_CERT_FILE="+file, "SSL_CERT_DIR="+t.TempDir())
			if report.Kind != test.wantKind || (test.wantKind == "" && !slices.Equal(report.IDs, []int64{42, 43})) {
				t.Errorf("got ids %v and error %s %q, want error %q", report.IDs, report.Kind, report.Error, test.wantKind)
			}
		})
	}
}

// onHTTP2 runs a test with a client on HTTP/2, in a bubble.
func onHTTP2(t *testing.T, answer http.HandlerFunc, test func(*testing.T, *network, *Client), change ...func(*Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		server, roots := pipes.serveTLS(t, answer)
		options := testOptions(t, "https://127.0.0.1")
		options.RootCAs = roots
		for _, f := range change {
			f(&options)
		}
		test(t, pipes, pipes.client(t, options))
		pipes.wantClosed(t, server)
	})
}

func TestHTTP2_retriesBrokenStream(t *testing.T) {
	t.Parallel()
	onHTTP2(t, inTurn(unpodtest.BreakOff(oneConfiguration), listOf("", 1)), func(t *testing.T, pipes *network, client *Client) {
		wantList(t, client, 1)
		if dials := pipes.dials.Load(); dials != 1 {
			t.Errorf("got %d connections, want 1", dials)
		}
	}, retries(1))
}

// TestHTTP2_retriesOnNewConnection has an HTTP/2 connection die silently: nothing
// that the client sends arrives, so not even pings get a response.
func TestHTTP2_retriesOnNewConnection(t *testing.T) {
	t.Parallel()
	for limit, test := range map[time.Duration]struct {
		retries int
		pings   time.Duration // A ping is sent, and its response missed.
	}{
		time.Second:      {2, 2 * time.Second},
		3 * time.Second:  {1, 2 * time.Second},
		15 * time.Second: {1, 10 * time.Second},
		time.Hour:        {1, 20 * time.Second},
	} {
		t.Run(limit.String(), func(t *testing.T) {
			t.Parallel()
			onHTTP2(t, listOf("", 1), func(t *testing.T, pipes *network, client *Client) {
				wantList(t, client, 1)
				pipes.silence()
				started := time.Now()
				wantList(t, client, 1)
				most := test.pings + time.Duration(2*test.retries-1)*minBackoff + gatherTime
				if took := time.Since(started); took < test.pings || took > most || pipes.dials.Load() != 2 {
					t.Errorf("took %s and %d connections, want %s to %s and 2", took, pipes.dials.Load(), test.pings, most)
				}
			}, timeoutAfter(limit), retries(test.retries))
		})
	}
}

// startProxy starts a proxy to a server with a made-up name. It records the last
// request's method, target and proxy credentials.
func startProxy(t *testing.T, target string) (address string, asked *atomic.Value) {
	t.Helper()
	asked = new(atomic.Value)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.RequestURI + " " + r.Header.Get("Proxy-Authorization"))
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // HTTP/1.1 can be hijacked.
		}
		defer func() { _ = connection.Close() }() // Both sides are done.
		onward, err := new(net.Dialer).DialContext(r.Context(), "tcp", target)
		if err != nil {
			return
		}
		defer func() { _ = onward.Close() }() // Likewise.
		if r.Method == http.MethodConnect {
			_, err = io.WriteString(connection, "HTTP/1.1 200 Connection established\r\n\r\n")
		} else {
			err = r.Write(onward)
		}
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(onward, connection) }() // It ends with the connections.
		_, _ = io.Copy(connection, onward)                 // Likewise.
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestProxy_isUsed(t *testing.T) {
	t.Parallel()
	plain := startAPI(t, unpodtest.Documented()...)
	secure := unpodtest.StartTLS(t, plain.API, "unpod.invalid")
	const credentials = " Basic dXNlcjpodW50ZXIy" //nolint:gosec // They are made up.
	for name, test := range map[string]struct{ baseURL, target, variable, want string }{
		"HTTP":             {"http://unpod.invalid", plain.URL, "HTTP_PROXY", "GET http://unpod.invalid" + unpodtest.Path + credentials},
		"HTTP, lower case": {"http://unpod.invalid", plain.URL, "http_proxy", "GET http://unpod.invalid" + unpodtest.Path + credentials},
		"HTTPS":            {"https://unpod.invalid", secure.URL, "HTTPS_PROXY", "CONNECT unpod.invalid:443" + credentials},
		"excepted":         {plain.URL, plain.URL, "NO_PROXY=127.0.0.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, err := url.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			proxy, asked := startProxy(t, target.Host)
			variables := []string{test.variable + "=" + strings.Replace(proxy, "http://", "http://user:hunter2@", 1)}
			if test.want == "" {
				variables = []string{"HTTP_PROXY=" + proxy, test.variable}
			}
			report, _ := runChild(t, childOrder{BaseURL: test.baseURL, CACert: secure.CACertPEM}, variables...)
			if !slices.Equal(report.IDs, []int64{42, 43}) {
				t.Errorf("got ids %v and error %q, want 42 and 43", report.IDs, report.Error)
			}
			if got, _ := asked.Load().(string); got != test.want {
				t.Errorf("the proxy got %q, want %q", got, test.want)
			}
		})
	}
}

// TestProxy_neverShowsPassword tries proxies that cannot work. Go ignores some
// of the malformed ones.
func TestProxy_neverShowsPassword(t *testing.T) {
	t.Parallel()
	for name, proxy := range map[string]string{ //nolint:gosec // The test needs passwords.
		"malformed escape":   "http://user:hunter2@%zz",
		"malformed port":     "http://user:hunter2@127.0.0.1:port",
		"spaces":             "http://user:hun ter2@proxy .invalid",
		"control character":  "http://user:hunter2@proxy.invalid/\x7f",
		"without a scheme":   "user:hunter2@127.0.0.1:port",
		"unsupported scheme": "gopher://user:hunter2@127.0.0.1:1",
		"refused":            "http://user:hunter2@127.0.0.1:1",
		"refused, TLS":       "https://user:hunter2@127.0.0.1:1",
		"refused, SOCKS":     "socks5://user:hunter2@127.0.0.1:1",
	} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				report, output := runChild(t, childOrder{BaseURL: scheme + "://unpod.invalid", Offline: true},
					"HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy)
				if report.Kind != "*unpod.ConnectionError" || report.Attempts != 1 {
					t.Errorf("got %s %q after %d attempts, want a *unpod.ConnectionError after 1", report.Kind, report.Error, report.Attempts)
				}
				for _, secret := range []string{"hunter2", "hun", "ter2", "user"} {
					if strings.Contains(output, secret) {
						t.Errorf("the password leaked: %s", output)
					}
				}
			})
		}
	}
}

// TestProxy_redactsRefusal has a proxy repeat the credentials that it was sent.
func TestProxy_redactsRefusal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ user, status, want string }{
		"password":          {"user:hunter2", "407 Run curl for hunter2 or HUNTER2", "407 Run curl for (redacted) or (redacted)"},
		"user and password": {"user:hunter2", "403 Not for user:hunter2", "403 Not for (redacted)"},
		"Basic credentials": {"user:hunter2", "403 Not for dXNlcjpodW50ZXIy", "403 Not for (redacted)"},
		"escaped password":  {"user:hunter%2F2", "403 Not for hunter%2F2 and hunter/2", "403 Not for (redacted) and (redacted)"},
		"user name alone":   {"hunter2:", "403 Not for hunter2", "403 Not for (redacted)"},
		"no credentials":    {":", "403 Not for :", "403 Not for :"},
		"escape sequence":   {"user:hunter2", "403 \x1b[2JNo", "403 [2JNo"},
		"token":             {"user:hunter2", "403 " + canary, "403 (redacted)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(sendRaw("HTTP/1.1 " + test.status + "\r\nConnection: close\r\n\r\n"))
			t.Cleanup(proxy.Close)
			address := strings.Replace(proxy.URL, "http://", "http://"+test.user+"@", 1)
			report, output := runChild(t, childOrder{BaseURL: "https://unpod.invalid"}, "HTTPS_PROXY="+address)
			if want := "GET " + unpodtest.Path + ": proxyconnect: " + test.want; report.Error != want {
				t.Errorf("got %q, want %q", report.Error, want)
			}
			wantNoCanary(t, output)
		})
	}
}

// TestRedirect_isNeverFollowed has targets that Go's own policy would send the
// token to.
func TestRedirect_isNeverFollowed(t *testing.T) {
	t.Parallel()
	from, to := startTLS(t), startAPI(t)
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, target := range []string{to.URL, strings.Replace(to.URL, "127.0.0.1", "localhost", 1)} {
			from.AnswerAlways(unpodtest.Redirect(status, target+unpodtest.Path+"?token="+canary))
			wantFailure(t, trusting(t, from.URL, from.CACertPEM), 1, &RedirectError{HTTPStatus: status, Origin: target})
		}
	}
	if asked, followed := len(from.Requests()), len(to.Requests()); asked != 12 || followed != 0 {
		t.Errorf("got %d requests and %d at the target, want 12 and 0", asked, followed)
	}
}

func TestRedirect_reportsOrigin(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://other.example":                    "https://other.example",
		"https://eu.unpod.example/path?query#part": "https://eu.unpod.example",
		"http://unpod.example:8080/":               "http://unpod.example:8080",
		"https://user:hunter2@other.example/":      "https://other.example",
		"//other.example:99/path":                  "https://other.example:99",
		"/login/":                                  "https://unpod.example",
		"login?next=hunter2":                       "https://unpod.example",
		"?page=2":                                  "https://unpod.example",
		"#":                                        "https://unpod.example",
		"https://[2001:db8::1]:443/":               "https://[2001:db8::1]:443",
		"javascript:alert(1)":                      "",
		"https://%zz/":                             "",
		"https://other.example:port/":              "",
		"https://user:hunter2@other.example:port/": "",
		"https://" + strings.Repeat("a", 600):      "https://" + strings.Repeat("a", 492) + "…",
		"https://\u202eother\u200b.example/":       "https://other.example",
		"https://other%E2%80%AE.example/":          "https://other.example",
		"https://" + canary + ".example/" + canary: "https://" + redacted + ".example",
		"https://" + canary[:9] + "%E2%80%8B" + canary[9:] + ".example/": "https://" + redacted + ".example",
	} {
		client := fakeClient(t, serve(unpodtest.Redirect(http.StatusFound, location)), retries(4))
		wantFailure(t, client, 1, &RedirectError{HTTPStatus: http.StatusFound, Origin: want})
	}
}
