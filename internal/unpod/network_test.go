// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// network is an in-memory network, so that net/http can run in a bubble. It is a
// [net.Listener]. It counts the connections, and how many are open at the
// server's end.
type network struct {
	dialed chan net.Conn
	closed chan struct{}
	dials  atomic.Int64
	open   atomic.Int64
	// silent is set for the connections that were open when they went silent.
	silent atomic.Pointer[atomic.Bool]
}

func newNetwork() *network {
	n := &network{dialed: make(chan net.Conn, 100), closed: make(chan struct{})}
	n.silent.Store(new(atomic.Bool))
	return n
}

// client returns a client on the network.
func (n *network) client(tb testing.TB, options Options) *Client {
	tb.Helper()
	client := New(options)
	dialWith(client, n.dial)
	return client
}

func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	n.dials.Add(1)
	n.open.Add(1)
	n.dialed <- &serverConn{Conn: server, open: &n.open}
	return clientConn{client, n.silent.Load()}, nil
}

// silence loses whatever the client sends on the connections made so far.
func (n *network) silence() { n.silent.Swap(new(atomic.Bool)).Store(true) }

// serve responds over HTTP until the server is closed.
func (n *network) serve(answer http.HandlerFunc) *http.Server {
	server := &http.Server{Handler: answer, ReadHeaderTimeout: time.Hour, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(n) }() // It returns ErrServerClosed.
	return server
}

// serveTLS responds over TLS and HTTP/2. The certificate is for 127.0.0.1.
func (n *network) serveTLS(tb testing.TB, answer http.HandlerFunc) (*http.Server, *x509.CertPool) {
	tb.Helper()
	certificate := unpodtest.NewCertificate(tb)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(unpodtest.CertificatePEM(certificate)))
	server := &http.Server{
		Handler: answer, ReadHeaderTimeout: time.Hour,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
	}
	go func() { _ = server.ServeTLS(n, "", "") }() // It returns ErrServerClosed.
	return server, roots
}

// wantClosed waits until idle connections are closed, checks that none is left
// open, and closes the server. After that, the bubble fails if a goroutine is
// left.
func (n *network) wantClosed(t *testing.T, server io.Closer) {
	t.Helper()
	<-time.After(5 * time.Minute)
	synctest.Wait()
	if open := n.open.Load(); open != 0 {
		t.Errorf("got %d open connections, want 0", open)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

// Accept returns the next connection.
func (n *network) Accept() (net.Conn, error) {
	select {
	case connection := <-n.dialed:
		return connection, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (n *network) Close() error { close(n.closed); return nil }

// Addr returns an address that means nothing.
func (n *network) Addr() net.Addr { return &net.TCPAddr{} }

type serverConn struct {
	net.Conn

	once sync.Once
	open *atomic.Int64
}

func (c *serverConn) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

type clientConn struct {
	net.Conn

	silent *atomic.Bool
}

func (c clientConn) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// startRaw starts a server on loopback that handles each connection by itself, and
// returns its host and port.
func startRaw(t *testing.T, handle func(net.Conn)) (host string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for connection, err := listener.Accept(); err == nil; connection, err = listener.Accept() {
			go handle(connection)
		}
	}()
	return listener.Addr().String()
}

// drain reads until the client disconnects.
func drain(connection net.Conn) {
	defer func() { _ = connection.Close() }() // Nothing was written to it.
	_, _ = io.Copy(io.Discard, connection)    // An error ends it too.
}

// sendRaw sends raw bytes and hangs up.
func sendRaw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // Only HTTP/2 cannot be hijacked.
		}
		_, _ = io.WriteString(connection, text) // The client may be gone.
		_ = connection.Close()
	}
}
