// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// client returns a client that trusts the server and notices if a connection
// does not respond to pings.
func client(t *testing.T, server *Server) *http.Client {
	t.Helper()
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		HTTP2:             &http.HTTP2Config{SendPingTimeout: 50 * time.Millisecond, PingTimeout: 50 * time.Millisecond},
	}
	if server.CACertPEM != "" {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(server.CACertPEM)) {
			t.Fatal("got no certificate from CACertPEM, want one")
		}
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// visit requests the server's root.
func visit(t *testing.T, client *http.Client, base string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return errors.Join(err, response.Body.Close())
}

func TestStart_protocols(t *testing.T) {
	t.Parallel()
	plain, secure := Start(t, New(Token, OrgHandle)), StartTLS(t, New(Token, OrgHandle), "localhost")
	for base, test := range map[string]struct {
		server *Server
		want   string
	}{
		plain.URL:  {plain, "HTTP/1.1"},
		secure.URL: {secure, "HTTP/2.0"},
		strings.Replace(secure.URL, "127.0.0.1", "localhost", 1): {secure, "HTTP/2.0"},
	} {
		if err := visit(t, client(t, test.server), base); err != nil {
			t.Errorf("%s: got error %s, want none", base, err)
			continue
		}
		requests := test.server.Requests()
		if got := requests[len(requests)-1].Proto; got != test.want {
			t.Errorf("%s: got protocol %s, want %s", base, got, test.want)
		}
	}
	if plain.CACertPEM != "" {
		t.Errorf("got certificate %q from a plain server, want none", plain.CACertPEM)
	}
}

func TestSilence_ignoresPings(t *testing.T) {
	t.Parallel()
	server := StartTLS(t, New(Token, OrgHandle))
	client := client(t, server)
	if err := visit(t, client, server.URL); err != nil {
		t.Fatal(err)
	}
	server.Silence()
	// The client has no timeout: only unanswered pings end this request.
	if err := visit(t, client, server.URL); err == nil || !strings.Contains(err.Error(), "connection lost") {
		t.Errorf("got error %v on a silent connection, want a lost connection", err)
	}
	if err := visit(t, client, server.URL); err != nil {
		t.Errorf("got error %s on a new connection, want none", err)
	}
	requests := server.Requests()
	if len(requests) != 2 || requests[0].RemoteAddr == requests[1].RemoteAddr {
		t.Errorf("got requests %v, want one on each of two connections", requests)
	}
}

func TestSilence_keepsConnectionsOpen(t *testing.T) {
	t.Parallel()
	server := Start(t, New(Token, OrgHandle))
	server.AnswerAlways(JSON(http.StatusOK, "{}"))
	silent := dial(t, server)
	exchange(t, silent)
	server.Silence()
	if _, err := io.WriteString(silent, rawRequest); err != nil {
		t.Fatal(err)
	}
	exchange(t, dial(t, server)) // By now the silent connection would have responded.
	if err := silent.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := silent.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d bytes and error %v, want an open connection without data", n, err)
	}
	if err := silent.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Errorf("got error %s from Close, want none", err)
	}
	if n, err := silent.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("got %d bytes and error %v after Close, want a closed connection", n, err)
	}
}

const rawRequest = "GET / HTTP/1.1\r\nHost: unpod.example\r\n\r\n"

// dial connects to a plain HTTP server.
func dial(t *testing.T, server *Server) net.Conn {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() }) // Nothing more is read.
	return connection
}

// exchange sends a request and reads the complete response.
func exchange(t *testing.T, connection net.Conn) {
	t.Helper()
	if _, err := io.WriteString(connection, rawRequest); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // It is read completely.
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
}
