// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is an API that listens.
type Server struct {
	*API

	// URL is the base URL, without a last slash.
	URL string

	http *http.Server
}

// Listen serves the API over HTTP at the address, such as 127.0.0.1:3001, or
// 127.0.0.1:0 for a free port. It fails where the address cannot be had, or the
// context is done before it was; it serves until Close.
func (a *API) Listen(ctx context.Context, address string) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), listener.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("starting the local Unpod: %w", err)
	}
	server := &Server{
		API:  a,
		URL:  "http://" + listener.Addr().String(),
		http: &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() { _ = server.http.Serve(listener) }() // It ends with ErrServerClosed, once Close is called.
	return server, nil
}

// Close stops listening and drops every connection.
func (s *Server) Close() error {
	return s.http.Close()
}
