// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// trusting returns a client that trusts these certificates.
func trusting(t *testing.T, baseURL, caCert string) *Client {
	t.Helper()
	options := testOptions(t, baseURL)
	options.MaxRetries = 4
	if caCert != "" {
		pool, err := ParseCACert(caCert)
		if err != nil {
			t.Fatal(err)
		}
		options.RootCAs = pool
	}
	return New(options)
}

func TestTLS_trustsCACert(t *testing.T) {
	t.Parallel()
	server := startTLS(t, unpodtest.Documented()...)
	caCert := server.CACertPEM
	other := unpodtest.CertificatePEM(unpodtest.NewCertificate(t))
	for name, trusted := range map[string]string{"alone": caCert, "first": caCert + other, "last": other + caCert} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantIDs(t, read(t, trusting(t, server.URL, trusted)), 42, 43)
			if got := server.Requests()[0].Proto; got != "HTTP/2.0" {
				t.Errorf("got %s, want HTTP/2", got)
			}
		})
	}
}

// TestHTTP2_retriesBrokenStream gets a truncated response over HTTP/2.
func TestHTTP2_retriesBrokenStream(t *testing.T) {
	t.Parallel()
	server := startTLS(t, unpodtest.Documented()...)
	server.AnswerNext(unpodtest.BreakOff(oneConfiguration))
	wantIDs(t, read(t, trusting(t, server.URL, server.CACertPEM)), 42, 43)
	if got := len(server.Requests()); got != 2 {
		t.Errorf("got %d requests, want 2", got)
	}
}

// TestHTTP2_retriesOnNewConnection has an HTTP/2 connection die silently: nothing
// that the client sends arrives, so not even pings get a response.
func TestHTTP2_retriesOnNewConnection(t *testing.T) {
	t.Parallel()
	for limit, retriesNeeded := range map[time.Duration]int{time.Second: 2, 3 * time.Second: 1, 30 * time.Second: 1, time.Hour: 1} {
		t.Run(limit.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				pipes := newNetwork()
				server, caCert := pipes.serveTLS(t, listOf("", 1))
				options := testOptions(t, "https://127.0.0.1")
				options.RequestTimeout, options.MaxRetries, options.RootCAs = limit, retriesNeeded, caCert
				client := pipes.client(t, options)
				wantIDs(t, read(t, client), 1)
				pipes.silence()
				started := time.Now()
				wantIDs(t, read(t, client), 1)
				if took := time.Since(started); took > 21*time.Second || pipes.dials.Load() != 2 {
					t.Errorf("took %s and %d connections, want at most two pings and a backoff, and 2", took, pipes.dials.Load())
				}
				<-time.After(5 * time.Minute) // Idle connections are closed by then.
				if err := server.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// wantUntrusted checks that an untrusted connection fails the read at once,
// before a request is sent.
func wantUntrusted(t *testing.T, client *Client, api *unpodtest.API, wantReason string) {
	t.Helper()
	_, err := client.ProviderConfigurations(t.Context())
	var failed *CallError
	if !errors.As(err, &failed) {
		t.Fatalf("got error %v, want a *CallError", err)
	}
	wantAttempts(t, failed, 1)
	if untrusted := (*TLSError)(nil); !errors.As(err, &untrusted) || !strings.Contains(untrusted.Reason, wantReason) {
		t.Errorf("got %T %q, want a *TLSError with %q", failed.Err, failed.Err, wantReason)
	}
	if got := len(api.Requests()); got != 0 {
		t.Errorf("got %d requests, want none", got)
	}
}

func TestTLS_rejectsUntrustedServer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		caCert bool // trust the server's certificate
		host   string
		want   string
	}{
		"unknown authority": {false, "127.0.0.1", "x509: "},
		"wrong host name":   {true, "localhost", "x509: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startTLS(t)
			caCert := server.CACertPEM
			if !test.caCert {
				caCert = unpodtest.CertificatePEM(unpodtest.NewCertificate(t))
			}
			address := strings.Replace(server.URL, "127.0.0.1", test.host, 1)
			wantUntrusted(t, trusting(t, address, caCert), server.API, test.want)
		})
	}
}

func TestTLS_reportsPlainHTTP(t *testing.T) {
	t.Parallel()
	server := startAPI(t)
	address := strings.Replace(server.URL, "http://", "https://", 1)
	wantUntrusted(t, trusting(t, address, ""), server.API, "first record does not look like a TLS handshake")
}

func TestTLS_rejectsOldVersion(t *testing.T) {
	t.Parallel()
	api := unpodtest.New(canary, unpodtest.OrgHandle)
	certificate := unpodtest.NewCertificate(t)
	server := httptest.NewUnstartedServer(api)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.TLS = &tls.Config{ //nolint:gosec // The test needs an old version.
		MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{certificate},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	wantUntrusted(t, trusting(t, server.URL, unpodtest.CertificatePEM(certificate)), api, "protocol version not supported")
}

// TestTLS_rejectsOldVersionChosenByServer connects to a server that picks TLS
// 1.0, though the client did not offer it.
func TestTLS_rejectsOldVersionChosenByServer(t *testing.T) {
	t.Parallel()
	hello := append([]byte{2, 0, 0, 38, 3, 1}, make([]byte, 36)...) // a ServerHello of TLS 1.0
	hello[len(hello)-2] = 0x2f                                      // with a cipher suite of that time
	record := append([]byte{22, 3, 1, 0, 42}, hello...)             // in a handshake record
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write(record) // The client may be gone.
			go drain(connection)
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	client := trusting(t, "https://"+listener.Addr().String(), "")
	client.requester().options.MaxRetries = 1 // A retry would take real time.
	wantUntrusted(t, client, unpodtest.New("", ""), "server selected unsupported protocol version")
}

// skipWithoutCertFile skips a test on systems that have no variable to replace the
// system's certificates.
func skipWithoutCertFile(t *testing.T) {
	t.Helper()
	switch runtime.GOOS {
	case "darwin", "ios", "windows", "android":
		t.Skipf("%s has no SSL_CERT_FILE", runtime.GOOS)
	}
}

// TestTLS_caCertAddsToSystemRoots reads from a server that the system trusts,
// and from one that ca_cert_pem adds.
func TestTLS_caCertAddsToSystemRoots(t *testing.T) {
	t.Parallel()
	skipWithoutCertFile(t)
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
			if report.Kind != test.wantKind || (test.wantKind == "" && !reflect.DeepEqual(report.IDs, []int64{42, 43})) {
				t.Errorf("got ids %v and error %s %q, want error %q", report.IDs, report.Kind, report.Error, test.wantKind)
			}
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
	for name, test := range map[string]struct{ baseURL, target, variable, want string }{
		"HTTP":             {"http://unpod.invalid", plain.URL, "HTTP_PROXY", "GET http://unpod.invalid" + unpodtest.Path},
		"HTTP, lower case": {"http://unpod.invalid", plain.URL, "http_proxy", "GET http://unpod.invalid" + unpodtest.Path},
		"HTTPS":            {"https://unpod.invalid", secure.URL, "HTTPS_PROXY", "CONNECT unpod.invalid:443"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, asked := startProxy(t, mustParse(t, test.target).Host)
			proxy = strings.Replace(proxy, "http://", "http://user:hunter2@", 1)
			report, _ := runChild(t, childOrder{BaseURL: test.baseURL, CACert: secure.CACertPEM}, test.variable+"="+proxy)
			if !reflect.DeepEqual(report.IDs, []int64{42, 43}) {
				t.Errorf("got ids %v and error %q, want 42 and 43", report.IDs, report.Error)
			}
			if want := test.want + " Basic dXNlcjpodW50ZXIy"; asked.Load() != want {
				t.Errorf("the proxy got %v, want %s", asked.Load(), want)
			}
		})
	}
}

func TestProxy_obeysNoProxy(t *testing.T) {
	t.Parallel()
	server := startAPI(t, unpodtest.Documented()...)
	report, _ := runChild(t, childOrder{BaseURL: server.URL}, "HTTP_PROXY=http://127.0.0.1:1", "NO_PROXY=127.0.0.1")
	if !reflect.DeepEqual(report.IDs, []int64{42, 43}) {
		t.Errorf("got ids %v and error %q, want 42 and 43", report.IDs, report.Error)
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
		"password":          {"user:hunter2", "407 Run curl for hunter2 or HUNTER2", "proxyconnect: 407 Run curl for (redacted) or (redacted)"},
		"user and password": {"user:hunter2", "403 Not for user:hunter2", "proxyconnect: 403 Not for (redacted)"},
		"Basic credentials": {"user:hunter2", "403 Not for dXNlcjpodW50ZXIy", "proxyconnect: 403 Not for (redacted)"},
		"escaped password":  {"user:hunter%2F2", "403 Not for hunter%2F2 and hunter/2", "proxyconnect: 403 Not for (redacted) and (redacted)"},
		"user name alone":   {"hunter2:", "403 Not for hunter2", "proxyconnect: 403 Not for (redacted)"},
		"escape sequence":   {"user:hunter2", "403 \x1b[2JNo", "proxyconnect: 403 [2JNo"},
		"token":             {"user:hunter2", "403 " + canary, "proxyconnect: 403 (redacted)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(sendRaw("HTTP/1.1 " + test.status + "\r\nConnection: close\r\n\r\n"))
			t.Cleanup(proxy.Close)
			address := strings.Replace(proxy.URL, "http://", "http://"+test.user+"@", 1)
			report, output := runChild(t, childOrder{BaseURL: "https://unpod.invalid"}, "HTTPS_PROXY="+address)
			if want := "GET " + unpodtest.Path + ": " + test.want; report.Error != want {
				t.Errorf("got %q, want %q", report.Error, want)
			}
			wantNoCanary(t, output)
		})
	}
}

func TestRedirect_isNeverFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for name, start := range map[string]func(*testing.T) (from, to *unpodtest.API, client *Client, target string){
			"another port":  redirectToPort,
			"another host":  redirectToHost,
			"HTTPS to HTTP": redirectToPlain,
		} {
			t.Run(fmt.Sprintf("%d/%s", status, name), func(t *testing.T) {
				t.Parallel()
				from, to, client, target := start(t)
				from.AnswerAlways(unpodtest.Redirect(status, target+unpodtest.Path+"?token="+canary))
				failed := wantFailure(t, client, &RedirectError{HTTPStatus: status, Origin: target})
				wantAttempts(t, failed, 1)
				wantNoCanary(t, failed.Error())
				if asked, followed := len(from.Requests()), len(to.Requests()); asked != 1 || followed != 0 {
					t.Errorf("got %d requests and %d at the target, want 1 and 0", asked, followed)
				}
			})
		}
	}
}

func redirectToPort(t *testing.T) (from, to *unpodtest.API, client *Client, target string) {
	t.Helper()
	server, other := startAPI(t), startAPI(t)
	return server.API, other.API, trusting(t, server.URL, ""), other.URL
}

func redirectToHost(t *testing.T) (from, to *unpodtest.API, client *Client, target string) {
	t.Helper()
	from, to, client, target = redirectToPort(t)
	return from, to, client, strings.Replace(target, "127.0.0.1", "localhost", 1)
}

func redirectToPlain(t *testing.T) (from, to *unpodtest.API, client *Client, target string) {
	t.Helper()
	server, other := startTLS(t), startAPI(t)
	return server.API, other.API, trusting(t, server.URL, server.CACertPEM), other.URL
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
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			var asked record
			client := fakeClient(t, asked.of(serve(unpodtest.Redirect(http.StatusFound, location))), retries(4))
			wantAttempts(t, wantFailure(t, client, &RedirectError{HTTPStatus: http.StatusFound, Origin: want}), 1)
			if len(asked.times) != 1 {
				t.Errorf("got %d requests, want 1", len(asked.times))
			}
		})
	}
}

func TestRedirect_ignoresLocationOfOtherStatuses(t *testing.T) {
	t.Parallel()
	var asked record
	located := func(status int) *Client {
		answer := unpodtest.Header("Location", "https://other.example/", unpodtest.JSON(status, oneConfiguration))
		return fakeClient(t, asked.of(serve(answer)))
	}
	wantIDs(t, read(t, located(200)), 1)
	for _, status := range []int{201, 202, 401, 404} {
		wantAttempts(t, wantFailure(t, located(status), &StatusError{HTTPStatus: status, Status: status, BodyType: jsonBody}), 1)
	}
	if len(asked.times) != 5 {
		t.Errorf("got %d requests, want 5", len(asked.times))
	}
}

// compressed sends a compressed body several times over.
func compressed(status int, body []byte, times int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonContent)
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		for range times {
			if _, err := w.Write(body); err != nil {
				return
			}
		}
	}
}

// zip compresses a body. The results can be concatenated.
func zip(t *testing.T, body []byte) []byte {
	t.Helper()
	var zipped bytes.Buffer
	writer, err := gzip.NewWriterLevel(&zipped, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return zipped.Bytes()
}

// TestCompression_truncatedBodyIsRetried reads compressed responses, which a
// proxy may send.
func TestCompression_truncatedBodyIsRetried(t *testing.T) {
	t.Parallel()
	zipped := zip(t, []byte(oneConfiguration))
	server := startAPI(t)
	server.AnswerNext(compressed(200, zipped[:len(zipped)-9], 1), compressed(200, zipped, 1))
	options := testOptions(t, server.URL)
	options.MaxRetries = 1
	wantIDs(t, read(t, New(options)), 1)
	if got := len(server.Requests()); got != 2 {
		t.Errorf("got %d requests, want 2", got)
	}
}

// TestCompression_emptyBodyIsRetried gets compressed responses of zero bytes,
// with a length and without.
func TestCompression_emptyBodyIsRetried(t *testing.T) {
	t.Parallel()
	server := startAPI(t, unpodtest.Documented()...)
	compressedNothing := func(end func(http.ResponseWriter)) http.HandlerFunc {
		return unpodtest.Header("Content-Encoding", "gzip", func(w http.ResponseWriter, _ *http.Request) { end(w) })
	}
	server.AnswerNext(
		compressedNothing(func(w http.ResponseWriter) { w.Header().Set("Content-Length", "0") }),
		compressedNothing(func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }), // chunked
	)
	options := testOptions(t, server.URL)
	options.MaxRetries = 2
	wantIDs(t, read(t, New(options)), 42, 43)
	if got := len(server.Requests()); got != 3 {
		t.Errorf("got %d requests, want 3", got)
	}
}

// TestCompression_invalidJSONIsNotRetried checks that a complete body does not
// count as truncated.
func TestCompression_invalidJSONIsNotRetried(t *testing.T) {
	t.Parallel()
	server := startAPI(t)
	server.AnswerAlways(compressed(200, zip(t, []byte("{")), 1))
	options := testOptions(t, server.URL)
	options.MaxRetries = 1
	wantAttempts(t, wantFailure(t, New(options), &ShapeError{"the body", notJSON}), 1)
}

// TestMemory_isBounded gets responses of 10 GB, and bodies of the maximum size
// that would need far more memory if they were decoded or sanitized whole. Each runs in its
// own process to measure that.
func TestMemory_isBounded(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	const most = 150 << 20
	const saying = `{"status_code":500,"data":[],"message":[`
	const tooLarge, status, shape = "*unpod.TooLargeError", "*unpod.StatusError", "*unpod.ShapeError"
	bomb := func(t *testing.T) []byte { t.Helper(); return zip(t, bytes.Repeat([]byte(" "), size)) }
	once := func(status int, body func() []byte) func(*testing.T) http.HandlerFunc {
		return func(t *testing.T) http.HandlerFunc { t.Helper(); return compressed(status, zip(t, body()), 1) }
	}
	filled := func(before, part, after string) func() []byte {
		return func() []byte {
			return []byte(before + strings.Repeat(part, (size-len(before+after))/len(part)) + after)
		}
	}
	for name, test := range map[string]struct {
		answer   func(*testing.T) http.HandlerFunc
		wantKind string
	}{
		"compressed":       {func(t *testing.T) http.HandlerFunc { t.Helper(); return compressed(200, bomb(t), 10<<30/size) }, tooLarge},
		"compressed error": {func(t *testing.T) http.HandlerFunc { t.Helper(); return compressed(403, bomb(t), 10<<30/size) }, status},
		"uncompressed":     {func(*testing.T) http.HandlerFunc { return endless }, tooLarge},
		"small elements":   {once(200, func() []byte { return smallElements(size) }), tooLarge},
		"nested":           {once(200, filled(`{"more":`, "[", `}`)), shape},
		"field errors":     {once(400, filled(`{"errors":[`, `"a",`, `"a"]}`)), status},
		"many members":     {once(200, func() []byte { return manyMembers(`{"data":[{"id":"1",`, `}]}`, size) }), shape},
		"long text":        {once(200, filled(`{"data":[{"id":"1","provider":"`, "\\u00e9", `"}]}`)), shape},

		"message of numbers":                 {once(200, filled(saying, "1,", `1]}`)), status},
		"message of empty lists":             {once(200, filled(saying, "[],", `1]}`)), status},
		"message of texts":                   {once(200, filled(saying, `"a",`, `1]}`)), status},
		"message of fields":                  {once(200, func() []byte { return manyMembers(`{"status_code":500,"data":[],"message":{`, `}}`, size) }), status},
		"message beside fields":              {once(200, func() []byte { return manyMembers(`{"status_code":500,"data":[],`, `}`, size) }), status},
		"message that grows when normalized": {once(200, filled(`{"status_code":500,"data":[],"message":"`, "\U0001d160", `"}`)), status},
		"messages that grow when normalized": {once(403, filled(`{"errors":["`, "\U0001d160", `"],"message":"Error"}`)), status},
		"message in lists of lists":          {once(403, filled(`{"message":[`, `[["a"]],`, `1]}`)), status},
		"long message":                       {once(403, filled(`{"message":"`, "\xc3\xa9", `"}`)), status},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t)
			server.AnswerAlways(test.answer(t))
			report, _ := runChild(t, childOrder{BaseURL: server.URL, MaxRetries: 4})
			if report.Kind != test.wantKind || report.Attempts != 1 {
				t.Errorf("got %s %q after %d attempts, want a %s after 1", report.Kind, report.Error, report.Attempts, test.wantKind)
			}
			if report.MemoryBytes > most {
				t.Errorf("got %d MiB of memory, want at most %d", report.MemoryBytes>>20, most>>20)
			}
			t.Logf("%d MiB, %s of CPU time", report.MemoryBytes>>20, report.CPU)
		})
	}
}

// smallElements returns a list of as many valid elements as fit.
func smallElements(size int) []byte {
	body := append(make([]byte, 0, size), `{"data":[{"id":-1}`...)
	for i := int64(0); len(body) < size-40; i++ {
		body = append(strconv.AppendInt(append(body, `,{"id":`...), i, 10), '}')
	}
	return append(body, `]}`...)
}

// manyMembers returns a body of about size bytes with many distinct members.
func manyMembers(before, after string, size int) []byte {
	body := append(make([]byte, 0, size), before...)
	for i := int64(0); len(body) < size-40; i++ {
		body = append(strconv.AppendInt(append(body, '"'), i, 10), `":[1],`...)
	}
	return append(append(body, `"":0`...), after...)
}

// TestBody_limitIsExact pins the limit to the byte, with a limit that is quick
// to reach.
func TestBody_limitIsExact(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, oneConfiguration)))
	if got := newList(client.requester(), providerConfigurations).budget; got != maxBytes {
		t.Errorf("got a list of up to %d bytes, want %d", got, maxBytes)
	}
	got, err := readWithin(t.Context(), client, int64(len(oneConfiguration)))
	if err != nil {
		t.Errorf("got error %v at the limit, want none", err)
	}
	wantIDs(t, got, 1)
	_, err = readWithin(t.Context(), client, int64(len(oneConfiguration))-1)
	wantSame(t, err, &TooLargeError{"16 MiB"})
}

// TestBody_dropsConnectionAfter101 gets a 101 from a server that then stays silent.
// The connection must not be kept.
func TestBody_dropsConnectionAfter101(t *testing.T) {
	t.Parallel()
	server := startAPI(t)
	ended := make(chan error, 1)
	server.AnswerAlways(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // The server speaks HTTP/1.1, which can be hijacked.
		}
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
		_, err = io.Copy(io.Discard, connection)
		ended <- errors.Join(err, connection.Close())
	})
	wantAttempts(t, wantFailure(t, New(testOptions(t, server.URL)), &StatusError{HTTPStatus: 101, Status: 101, BodyType: noBody}), 1)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestHeader_sizeIsLimited(t *testing.T) {
	t.Parallel()
	for name, flood := range map[string]string{
		"many headers":          "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Flood: "+strings.Repeat("a", 1000)+"\r\n", 1000),
		"long header":           "HTTP/1.1 200 OK\r\nX-Flood: " + strings.Repeat("a", 1<<20) + "\r\n",
		"endless 1xx responses": strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: "+strings.Repeat("a", 1000)+"\r\n\r\n", 1000) + "HTTP/1.1 200 OK\r\n",
		"long trailer":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Flood: " + strings.Repeat("a", 1<<20) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t)
			server.AnswerAlways(sendRaw(flood + "\r\n" + oneConfiguration))
			_, err := New(testOptions(t, server.URL)).ProviderConfigurations(t.Context())
			if failed := (*ConnectionError)(nil); !errors.As(err, &failed) || len(failed.Reason) > 4*maxMessageLen {
				t.Errorf("got error %v, want a short *ConnectionError", err)
			}
		})
	}
}
