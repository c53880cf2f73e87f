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

	http   *http.Server
	served chan struct{} // closed once the port is given back
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
		API:    a,
		URL:    "http://" + listener.Addr().String(),
		http:   &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second},
		served: make(chan struct{}),
	}
	go func() {
		defer close(server.served)
		_ = server.http.Serve(listener) // It ends with ErrServerClosed, once Close is called.
	}()
	return server, nil
}

// Close stops listening and drops every connection. It returns once the port is
// free again, even where Serve has not begun yet: then it is Serve that frees it.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.served
	return err
}
