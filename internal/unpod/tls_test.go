// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const notTLS = "tls: first record does not look like a TLS handshake"

// startUntrusted starts a server that must not get a request. Without a
// configuration, it speaks plain HTTP.
func startUntrusted(t *testing.T, config *tls.Config) (address string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("got a request, want none") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	if server.TLS = config; config == nil {
		server.Start()
		return strings.Replace(server.URL, "http://", "https://", 1)
	}
	server.StartTLS()
	return server.URL
}

// startText starts a server that answers every connection with a text.
func startText(t *testing.T, text string) (address string) {
	t.Helper()
	return "https://" + startRaw(t, func(connection net.Conn) {
		_, _ = io.WriteString(connection, text) // The client may be gone.
		drain(connection)
	})
}

// TestTLS_rejectsUntrustedServer connects to servers that cannot be trusted. The
// read fails at once, before a request is sent.
func TestTLS_rejectsUntrustedServer(t *testing.T) {
	t.Parallel()
	with := func(config *tls.Config, changes ...func(*x509.Certificate)) (address, caCert string) {
		certificate := unpodtest.NewCertificate(t, changes...)
		config.Certificates = []tls.Certificate{certificate}
		return startUntrusted(t, config), unpodtest.CertificatePEM(certificate)
	}
	wantUntrusted := func(name, address, caCert string, cause TLSCause, reason string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := trusting(t, address, caCert).ProviderConfigurations(t.Context())
			if failed, ok := errors.AsType[*CallError](err); !ok || failed.Attempts != 1 {
				t.Fatalf("got error %v, want a *CallError after 1 attempt", err)
			}
			if untrusted, ok := errors.AsType[*TLSError](err); !ok || untrusted.Cause != cause || !strings.Contains(untrusted.Reason, reason) {
				t.Errorf("got error %#v, want a *TLSError with cause %d and %q", untrusted, cause, reason)
			}
		})
	}
	modern, caCert := with(&tls.Config{MinVersion: tls.VersionTLS13})
	wantUntrusted("unknown authority", modern, unpodtest.CertificatePEM(unpodtest.NewCertificate(t)), TLSUnknownAuthority, "certificate signed by unknown authority")
	wantUntrusted("another host", strings.Replace(modern, "127.0.0.1", "localhost", 1), caCert, TLSOtherName, "the certificate is for 127.0.0.1, not for localhost")
	for name, test := range map[string]struct {
		change func(*x509.Certificate)
		cause  TLSCause
		reason string
	}{
		"expired":          {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }, TLSExpired, "certificate has expired or is not yet valid"},
		"not valid yet":    {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(30 * time.Minute) }, TLSExpired, "certificate has expired or is not yet valid"},
		"another address":  {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"a.example", canary} }, TLSOtherName, "the certificate is for a.example, " + redacted + ", not for 127.0.0.1"},
		"no name":          {func(c *x509.Certificate) { c.IPAddresses = nil }, TLSNoName, "127.0.0.1"},
		"only common name": {func(c *x509.Certificate) { c.IPAddresses, c.Subject = nil, pkix.Name{CommonName: "127.0.0.1"} }, TLSNoName, "Common Name"},
		"for clients":      {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, TLSCertificate, "incompatible key usage"},
	} {
		address, caCert := with(&tls.Config{MinVersion: tls.VersionTLS12}, test.change)
		wantUntrusted(name, address, caCert, test.cause, test.reason)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, protocol := range []string{"http/1.1", "h2"} {
			address, caCert := with(&tls.Config{MinVersion: version, MaxVersion: version, ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{protocol}})
			wantUntrusted("client certificate, "+tls.VersionName(version)+", "+protocol, address, caCert, TLSClientCertificate, "")
		}
	}
	old, caCert := with(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec // The test needs it.
	wantUntrusted("TLS 1.1 at most", old, caCert, TLSVersion, "protocol version not supported")
	wantUntrusted("plain HTTP", startUntrusted(t, nil), "", TLSPlainHTTP, notTLS)
	for _, text := range []string{"<!DOCTYPE HTML>\n<title>Error", "\r\n\r\n<html>", `{"message":"No."}`, "220 mail.example"} {
		wantUntrusted(text, startText(t, text), "", TLSPlainHTTP, notTLS)
	}
	wantUntrusted("other bytes", startText(t, "\x00\x01text"), "", TLSOther, notTLS)
}

// TestTLS_clientCertificateAfterHandshake has servers that ask for a client certificate
// and go on without one. nginx then returns status 400.
func TestTLS_clientCertificateAfterHandshake(t *testing.T) {
	t.Parallel()
	refused := &TLSError{TLSClientCertificate, "status 400 after the server asked for a client certificate"}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"nginx":                   {unpodtest.HTML(400, "No required SSL certificate was sent"), refused},
		"400 of the platform":     {unpodtest.JSON(400, `{"message":"No."}`), jsonStatus(400, "No.")},
		"certificate is optional": {listOf("", 1), nil},
		"broken off once":         {inTurn(unpodtest.BreakOff(oneConfiguration), listOf("", 1)), nil},
		"hung up once":            {inTurn(unpodtest.HangUp, listOf("", 1)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certificate := unpodtest.NewCertificate(t)
			server := httptest.NewUnstartedServer(test.answer)
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{certificate}}
			server.StartTLS()
			t.Cleanup(server.Close)
			client := trusting(t, server.URL, unpodtest.CertificatePEM(certificate))
			for range 2 { // The second read is on the same connection.
				wantOutcome(t, client, 1, test.want, 1)
			}
		})
	}
}

// TestClassifyTLS covers the errors that no server here can cause.
func TestClassifyTLS(t *testing.T) {
	t.Parallel()
	certificate := &x509.Certificate{}
	for _, err := range []error{
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.NotAuthorizedToSign},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.CANotAuthorizedForThisName},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.TooManyIntermediates},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.IncompatibleUsage},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.NameMismatch},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.NameConstraintsWithoutSANs},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.UnconstrainedName},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.TooManyConstraints},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.CANotAuthorizedForExtKeyUsage},
		x509.CertificateInvalidError{Cert: certificate, Reason: x509.NoValidChains},
		x509.ConstraintViolationError{}, x509.UnhandledCriticalExtension{}, x509.InsecureAlgorithmError(x509.SHA1WithRSA),
		x509.SystemRootsError{Err: errors.New("none")}, errors.New("x509: something new"),
	} {
		wrapped := &tls.CertificateVerificationError{Err: err}
		if cause, reason, ok := classifyTLS(wrapped, true); cause != TLSCertificate || reason != wrapped.Error() || !ok {
			t.Errorf("%T: got cause %d and %q", err, cause, reason)
		}
	}
	alert := func(op, text string) error { return &net.OpError{Op: op, Err: errors.New("tls: " + text)} }
	for name, test := range map[string]struct {
		err   error
		asked bool
		want  TLSCause
	}{
		"alert":                    {alert("remote error", "handshake failure"), false, TLSOther},
		"alert to the server":      {alert("local error", "bad record MAC"), false, TLSOther},
		"alert, certificate asked": {alert("remote error", "handshake failure"), true, TLSClientCertificate},
		"version of the server":    {errors.New("tls: server selected unsupported protocol version 301"), false, TLSVersion},
		"version, though asked":    {alert("remote error", "protocol version not supported"), true, TLSVersion},
		"another TLS error":        {errors.New("tls: server chose an unconfigured cipher suite"), true, TLSOther},
	} {
		if cause, reason, ok := classifyTLS(test.err, test.asked); cause != test.want || reason != test.err.Error() || !ok {
			t.Errorf("%s: got cause %d and %q, want %d", name, cause, reason, test.want)
		}
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
			report := runChild(t, childOrder{BaseURL: test.address, CACert: test.caCert},
				"SSL_CERT_FILE="+file, "SSL_CERT_DIR="+t.TempDir())
			if report.Kind != test.wantKind || (test.wantKind == "" && !slices.Equal(report.IDs, []int64{42, 43})) {
				t.Errorf("got ids %v and error %s %q, want error %q", report.IDs, report.Kind, report.Error, test.wantKind)
			}
		})
	}
}

// sendSlowly sends a text on each connection, after the client's first message. It
// pauses after each empty line.
func (n *network) sendSlowly(text string) {
	for connection, err := n.Accept(); err == nil; connection, err = n.Accept() {
		go func() {
			_, _ = connection.Read(make([]byte, 1000)) // It is a whole request or hello.
			go drain(connection)
			for each := range strings.SplitAfterSeq(text, "\r\n\r\n") {
				_, _ = io.WriteString(connection, each) // The client may be gone.
				<-time.After(100 * time.Millisecond)
			}
		}()
	}
}

// TestTimeout_retriesSilentHandshakeOnce connects to servers that do not complete a TLS
// handshake, or do not respond after it, directly and through a proxy.
func TestTimeout_retriesSilentHandshakeOnce(t *testing.T) {
	t.Parallel()
	const connected = "HTTP/1.1 200 OK\r\n\r\n"
	for name, test := range map[string]struct {
		proxy, sends string
		silent       bool
		attempts     int
	}{
		"nothing":                  {"", "", true, 2},
		"one byte":                 {"", "\x16", false, 4},
		"nothing, behind a proxy":  {"http://proxy.example", connected, true, 2},
		"one byte, behind a proxy": {"http://proxy.example", connected + "\x16", false, 4},
		"no answer from a proxy":   {"http://proxy.example", "", false, 4},
		"silent proxy over TLS":    {"https://proxy.example", "", true, 2},
	} {
		bubble(t, name, func(t *testing.T) {
			pipes := newNetwork()
			options := testOptions(t, "https://unpod.example")
			options.RequestTimeout, options.MaxRetries = time.Second, 3
			withEnv(map[string]string{"HTTPS_PROXY": test.proxy})(&options)
			go pipes.sendSlowly(test.sends)
			var want error = &TimeoutError{time.Second, test.silent}
			if strings.Contains(name, "proxy ") || strings.HasSuffix(name, " a proxy") && test.sends == "" {
				want = &ProxyError{"HTTPS_PROXY", false, want}
			}
			wantFailure(t, pipes.client(t, options), test.attempts, want)
			pipes.wantClosed(t, pipes)
		})
	}
	silent := &TimeoutError{Silent: true}
	for before, want := range map[error]bool{&ConnectionError{}: true, &TimeoutError{}: true, silent: false, &ProxyError{Err: silent}: true} {
		if _, _, again := retry(silent, before); again != want {
			t.Errorf("after %#v: got %t, want %t", before, again, want)
		}
	}
}

// TestTimeout_silentForReadThatJoins has a read join between two silent handshakes. It
// gets both of its attempts.
func TestTimeout_silentForReadThatJoins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(roundTripper(func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).TLSHandshakeStart()
			return nil, context.DeadlineExceeded
		})), retries(4))
		go func() { _, _ = client.ProviderConfigurations(t.Context()) }()
		<-time.After(gatherTime + minBackoff/4)
		wantFailure(t, client, 2, &TimeoutError{Timeout: time.Minute, Silent: true})
		requests.wantRequests(t, 3)
	})
}
