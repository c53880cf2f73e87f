// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is an API that listens on a port.
type Server struct {
	*API

	// URL is the base URL, without a trailing slash.
	URL string
	// CACertPEM is the PEM-encoded certificate to trust. It is empty for plain
	// HTTP.
	CACertPEM string

	http     *http.Server
	listener net.Listener
	served   chan struct{} // closed once the port is free
}

// Listen serves the API over HTTP at an address such as 127.0.0.1:3001, or
// 127.0.0.1:0 for a free port, until Close. It fails if the address is not
// available, or if ctx is done.
func (a *API) Listen(ctx context.Context, address string) (*Server, error) {
	listener, err := listen(ctx, address)
	if err != nil {
		return nil, err
	}
	server := newServer(a, "http", listener)
	go server.serve(server.http.Serve)
	return server, nil
}

// listenTLS serves the API over TLS on a free port.
func listenTLS(ctx context.Context, api *API, certificate tls.Certificate) (*Server, error) {
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := newServer(api, "https", listener)
	server.CACertPEM = CertificatePEM(certificate)
	server.http.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	// Otherwise net/http logs every client that does not trust the certificate.
	server.http.ErrorLog = log.New(io.Discard, "", 0)
	go server.serve(func(l net.Listener) error { return server.http.ServeTLS(l, "", "") })
	return server, nil
}

// listen opens the port, unless ctx is done.
func listen(ctx context.Context, address string) (net.Listener, error) {
	tcp, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), tcp.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("starting the local Unpod: %w", err)
	}
	return tcp, nil
}

// newServer returns a server that does not serve yet.
func newServer(api *API, scheme string, listener net.Listener) *Server {
	return &Server{
		API:      api,
		URL:      scheme + "://" + listener.Addr().String(),
		http:     &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second},
		listener: listener,
		served:   make(chan struct{}),
	}
}

func (s *Server) serve(accept func(net.Listener) error) {
	defer close(s.served)
	_ = accept(s.listener) // It returns ErrServerClosed after Close.
}

// Close stops listening and drops every connection. It returns once the port is
// free, even if serve has yet to start.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.served
	return err
}
