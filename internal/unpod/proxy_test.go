// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// withEnv sets environment variables.
func withEnv(variables map[string]string) func(*Options) {
	return func(options *Options) { options.Getenv = func(name string) string { return variables[name] } }
}

// proxied returns a client with retries whose environment has these variables.
func proxied(t *testing.T, baseURL, caCert string, variables map[string]string) *Client {
	t.Helper()
	options := trustingOptions(t, baseURL, caCert)
	withEnv(variables)(&options)
	return New(options)
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
		defer func() { _ = onward.Close() }() // Both sides are done.
		if r.Method == http.MethodConnect {
			_, err = io.WriteString(connection, "HTTP/1.1 200 Connection established\r\n\r\n")
		} else {
			err = r.Write(onward)
		}
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(onward, connection) }() // It ends with the connections.
		_, _ = io.Copy(connection, onward)                 // It ends with the connections.
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

const passwordInProxy = "user:hunter2@"

func TestProxy_isUsed(t *testing.T) {
	t.Parallel()
	plain := startAPI(t, unpodtest.Documented()...)
	secure := unpodtest.StartTLS(t, plain.API, "unpod.invalid")
	const credentials = " Basic dXNlcjpodW50ZXIy" //nolint:gosec // They are made up.
	for name, test := range map[string]struct{ baseURL, target, variable, noProxy, want string }{
		"HTTP":              {"http://unpod.invalid", plain.URL, "HTTP_PROXY", "", "GET http://unpod.invalid" + unpodtest.Path + credentials},
		"HTTP, lower case":  {"http://unpod.invalid", plain.URL, "http_proxy", "", "GET http://unpod.invalid" + unpodtest.Path + credentials},
		"HTTPS":             {"https://unpod.invalid", secure.URL, "HTTPS_PROXY", "unpod.example", "CONNECT unpod.invalid:443" + credentials},
		"HTTPS, lower case": {"https://unpod.invalid", secure.URL, "https_proxy", "", "CONNECT unpod.invalid:443" + credentials},
		"loopback":          {plain.URL, plain.URL, "HTTP_PROXY", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, err := url.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			proxy, asked := startProxy(t, target.Host)
			variables := map[string]string{test.variable: strings.Replace(proxy, "http://", "http://"+passwordInProxy, 1), "no_proxy": test.noProxy}
			wantList(t, proxied(t, test.baseURL, secure.CACertPEM, variables), 42, 43)
			if got, _ := asked.Load().(string); got != test.want {
				t.Errorf("the proxy got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFindProxy has variables that are not the URL of a proxy. Each is an error, but
// only if a request would use it.
func TestFindProxy(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"malformed escape":   "http://" + passwordInProxy + "%zz",
		"malformed port":     "http://" + passwordInProxy + "127.0.0.1:port",
		"empty port":         "http://" + passwordInProxy + "127.0.0.1:",
		"spaces":             "http://user:hun ter2@proxy .invalid",
		"control character":  "http://" + passwordInProxy + "proxy.invalid/\x7f",
		"without a scheme":   passwordInProxy + "127.0.0.1:port",
		"without a host":     "http://",
		"unsupported scheme": "gopher://" + passwordInProxy + "127.0.0.1:1",
	} {
		for _, variable := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
			scheme, _, _ := strings.Cut(strings.ToLower(variable), "_")
			other := map[string]string{"http": "https", "https": "http"}[scheme]
			for _, test := range []struct {
				baseURL, noProxy string
				refused          bool
			}{
				{scheme + "://unpod.invalid", "", true},
				{scheme + "://unpod.invalid", "unpod.example", true},
				{other + "://unpod.invalid", "", false},
				{scheme + "://unpod.invalid", ".invalid", false},
				{scheme + "://localhost", "", false},
			} {
				options := testOptions(t, test.baseURL)
				withEnv(map[string]string{variable: value, "NO_PROXY": test.noProxy})(&options)
				_, _, err := findProxy(options.BaseURL, options.Getenv)
				if got, refused := errors.AsType[*ProxyError](err); refused != test.refused || refused && *got != (ProxyError{Variable: variable}) {
					t.Errorf("%s in %s, for %s: got error %v", name, variable, test.baseURL, err)
				}
			}
		}
	}
	both := map[string]string{"HTTPS_PROXY": "upper.example", "https_proxy": "lower.example"}
	if got, variable, _ := findProxy(testOptions(t, "https://unpod.invalid").BaseURL, func(name string) string { return both[name] }); variable != "HTTPS_PROXY" || got.Host != "upper.example" {
		t.Errorf("got %s from %s, want the upper-case variable", got, variable)
	}
	both["no_proxy"] = ".invalid"
	if got, _, _ := findProxy(testOptions(t, "https://unpod.invalid").BaseURL, func(name string) string { return both[name] }); got != nil {
		t.Errorf("got %s, want no proxy", got)
	}
	for value, want := range map[string]string{
		" ": "", "proxy.example:3128": "http://proxy.example:3128", "https://proxy.example": "https://proxy.example", "socks5://[::1]:1080": "socks5://[::1]:1080", "socks5h://proxy.example": "socks5h://proxy.example", "": "",
	} {
		options := testOptions(t, "https://unpod.invalid")
		withEnv(map[string]string{"HTTPS_PROXY": value})(&options)
		got, _, err := findProxy(options.BaseURL, options.Getenv)
		if err != nil || (got != nil || want != "") && got.String() != want {
			t.Errorf("%q: got %v and error %v, want %s", value, got, err, want)
		}
	}
}

func TestProxy_invalidIsFinal(t *testing.T) {
	t.Parallel()
	client := proxied(t, "https://unpod.invalid", "", map[string]string{"https_proxy": "http://%zz"})
	wantFailure(t, client, 1, &ProxyError{Variable: "https_proxy"})
}

// TestProxy_refuses has a proxy refuse in each way, and repeat the credentials that it
// was sent. Only a 5xx may pass.
func TestProxy_refuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scheme, user, status, want string
		attempts                   int
	}{
		"407":               {"https", "user:hunter2", "407 Run curl for hunter2 or HUNTER2", "407 Run curl for (redacted) or (redacted)", 1},
		"403":               {"https", "user:hunter2", "403 Not for user:hunter2", "403 Not for (redacted)", 1},
		"400, Basic":        {"https", "user:hunter2", "400 Not for dXNlcjpodW50ZXIy", "400 Not for (redacted)", 1},
		"404, escaped":      {"https", "user:hunter%2F2", "404 Not for hunter%2F2 and hunter/2", "404 Not for (redacted) and (redacted)", 1},
		"408":               {"https", "hunter2:", "408 Not for hunter2", "408 Not for (redacted)", 1},
		"429":               {"https", ":", "429 Not for :", "429 Not for :", 1},
		"201":               {"https", "user:hunter2", "201 \x1b[2JNo", "201 [2JNo", 1},
		"500":               {"https", "user:hunter2", "500 " + canary, "500 " + redacted, 2},
		"502":               {"https", "user:hunter2", "502 Bad Gateway", "502 Bad Gateway", 2},
		"503":               {"https", "user:hunter2", "503 Busy", "503 Busy", 2},
		"504":               {"https", "user:hunter2", "504 ", "504", 2},
		"plain request 407": {"http", "user:hunter2", "407 No", "", 1},
		"plain request 511": {"http", "user:hunter2", "511 No", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(sendRaw("HTTP/1.1 " + test.status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
			t.Cleanup(server.Close)
			variable := strings.ToUpper(test.scheme) + "_PROXY"
			client := proxied(t, test.scheme+"://unpod.invalid", "", map[string]string{variable: strings.Replace(server.URL, "http://", "http://"+test.user+"@", 1)})
			status, err := strconv.Atoi(test.status[:3])
			if err != nil {
				t.Fatal(err)
			}
			want := &StatusError{HTTPStatus: status, Status: status, Message: test.want, BodyType: BodyType{Empty: test.scheme == "http"}}
			wantFailure(t, client, test.attempts, &ProxyError{variable, test.attempts == 1, want})
		})
	}
}

// startSOCKS starts a SOCKS proxy that answers the client's messages with these.
func startSOCKS(t *testing.T, answers ...string) (address string) {
	t.Helper()
	return "socks5://" + passwordInProxy + startRaw(t, func(connection net.Conn) {
		for _, answer := range answers {
			_, _ = connection.Read(make([]byte, 1000)) // It is a whole message.
			_, _ = io.WriteString(connection, answer)  // The client may be gone.
		}
		drain(connection)
	})
}

// TestProxy_socksRefuses has a SOCKS proxy refuse in each way. What may pass is
// tried again.
func TestProxy_socksRefuses(t *testing.T) {
	t.Parallel()
	const accepts, authenticated, refuses = "\x05\x02", "\x01\x00", "\x05%c\x00\x01\x00\x00\x00\x00\x00\x00"
	reply := func(code rune) string { return strings.Replace(refuses, "%c", string(code), 1) }
	for name, test := range map[string]struct {
		answers []string
		want    string
		final   bool
	}{
		"wrong password":        {[]string{accepts, "\x01\x01"}, "username/password authentication failed", true},
		"no acceptable methods": {[]string{"\x05\xff"}, "no acceptable authentication methods", true},
		"not allowed":           {[]string{accepts, authenticated, reply(2)}, "connection not allowed by ruleset", true},
		"host unreachable":      {[]string{accepts, authenticated, reply(4)}, "host unreachable", false},
	} {
		for _, scheme := range []string{"HTTP", "HTTPS"} {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				client := proxied(t, strings.ToLower(scheme)+"://authentication.invalid", "", map[string]string{scheme + "_PROXY": startSOCKS(t, test.answers...)})
				_, err := client.ProviderConfigurations(t.Context())
				failed, ok := errors.AsType[*CallError](err)
				if !ok || (failed.Attempts == 1) != test.final {
					t.Fatalf("got error %v, want it to be final: %t", err, test.final)
				}
				refusal, ok := failed.Err.(*ProxyError) //nolint:errorlint // It is not wrapped.
				if !ok || refusal.Variable != scheme+"_PROXY" || refusal.Refused != test.final || !strings.Contains(refusal.Err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got error %v, want %q", err, test.want)
				}
			})
		}
	}
}

// TestProxy_isNotReached has proxies that cannot be connected to, or that speak TLS in
// another way than the variable says.
func TestProxy_isNotReached(t *testing.T) {
	t.Parallel()
	plain, _ := startProxy(t, "127.0.0.1:1")
	const refused = "dial tcp 127.0.0.1:1: connect: connection refused"
	closed := &ConnectionError{"the connection closed before the response was complete"}
	start := func(config *tls.Config) string { return startUntrusted(t, config) }
	certificate := []tls.Certificate{unpodtest.NewCertificate(t)}
	hangsUp := httptest.NewServer(http.HandlerFunc(unpodtest.HangUp))
	t.Cleanup(hangsUp.Close)
	for name, test := range map[string]struct {
		proxy    string
		want     error
		attempts int
	}{
		"refused":           {"http://" + passwordInProxy + "127.0.0.1:1", &ConnectionError{refused}, 2},
		"refused, TLS":      {"https://" + passwordInProxy + "127.0.0.1:1", &ConnectionError{refused}, 2},
		"refused, SOCKS":    {"socks5://" + passwordInProxy + "127.0.0.1:1", &ConnectionError{refused}, 2},
		"plain HTTP":        {strings.Replace(plain, "http://", "https://", 1), &TLSError{TLSPlainHTTP, notTLS}, 1},
		"unknown authority": {start(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: certificate}), &TLSError{TLSUnknownAuthority, unverified + "certificate signed by unknown authority"}, 1},
		"TLS 1.1 at most":   {start(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: certificate}), &TLSError{TLSVersion, "remote error: tls: protocol version not supported"}, 1}, //nolint:gosec // The test needs it.
		"hangs up":          {hangsUp.URL, closed, 2},
	} {
		for _, scheme := range []string{"HTTP", "HTTPS"} {
			if name == "hangs up" && scheme == "HTTP" {
				continue // The platform may do so too.
			}
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				variable := scheme + "_PROXY"
				client := proxied(t, strings.ToLower(scheme)+"://unpod.invalid", "", map[string]string{variable: test.proxy})
				wantFailure(t, client, test.attempts, &ProxyError{variable, false, test.want})
			})
		}
	}
}

// TestProxy_wantsClientCertificate has a proxy over TLS that wants a certificate. In TLS
// 1.3, it says so after the handshake.
func TestProxy_wantsClientCertificate(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, scheme := range []string{"HTTP", "HTTPS"} {
			certificate := unpodtest.NewCertificate(t)
			proxy := startUntrusted(t, &tls.Config{MinVersion: version, MaxVersion: version, ClientAuth: tls.RequireAnyClientCert, Certificates: []tls.Certificate{certificate}})
			client := proxied(t, strings.ToLower(scheme)+"://unpod.invalid", unpodtest.CertificatePEM(certificate), map[string]string{scheme + "_PROXY": proxy})
			_, err := client.ProviderConfigurations(t.Context())
			refusal, _ := errors.AsType[*ProxyError](err)
			if refusal == nil {
				t.Fatalf("%s, %s: got error %v, want a *ProxyError", tls.VersionName(version), scheme, err)
			}
			if untrusted, ok := refusal.Err.(*TLSError); !ok || untrusted.Cause != TLSClientCertificate { //nolint:errorlint // It is not wrapped.
				t.Errorf("%s, %s: got error %v, want one about a client certificate", tls.VersionName(version), scheme, err)
			}
		}
	}
}

// TestProxy_goesAway has a proxy stop between two reads, so that the second one finds a
// connection that is closed.
func TestProxy_goesAway(t *testing.T) {
	t.Parallel()
	plain := startAPI(t, unpodtest.Documented()...)
	server := httptest.NewServer(plain.API) // It is a proxy to whatever is asked for.
	client := proxied(t, "http://unpod.invalid", "", map[string]string{"HTTP_PROXY": server.URL})
	wantList(t, client, 42, 43)
	server.Close()
	refused := "dial tcp " + strings.TrimPrefix(server.URL, "http://") + ": connect: connection refused"
	wantFailure(t, client, 2, &ProxyError{"HTTP_PROXY", false, &ConnectionError{refused}})
}

// TestProxy_statusOfPlatform has the platform itself, or what is in front of it, return
// a status that a proxy also does.
func TestProxy_statusOfPlatform(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired, http.StatusForbidden} {
		secure := unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle), "unpod.invalid")
		secure.AnswerAlways(unpodtest.HTML(status, ""))
		proxy, _ := startProxy(t, strings.TrimPrefix(secure.URL, "https://"))
		wantFailure(t, proxied(t, "https://unpod.invalid", secure.CACertPEM, map[string]string{"HTTPS_PROXY": proxy}), 1, statusOf(status))
		wantFailure(t, fakeClient(t, serve(unpodtest.HTML(status, ""))), 1, statusOf(status))
	}
}
