// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net"
	"sync/atomic"
)

// listener accepts connections that can be silenced.
type listener struct {
	net.Listener

	// silent is shared by all connections accepted since the last silence.
	silent atomic.Pointer[atomic.Bool]
}

func newListener(inner net.Listener) *listener {
	l := &listener{Listener: inner}
	l.silent.Store(new(atomic.Bool))
	return l
}

// Accept returns the next connection.
func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &connection{conn, l.silent.Load()}, nil
}

// silence silences the connections accepted so far.
func (l *listener) silence() {
	l.silent.Swap(new(atomic.Bool)).Store(true)
}

// connection drops all bytes in both directions once it is silent. It works
// below TLS, so that nothing above it can respond.
type connection struct {
	net.Conn

	silent *atomic.Bool
}

// Read reads what the client sent. On a silent connection, it blocks until the
// connection ends.
func (c *connection) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.silent.Load() {
			return n, err
		}
	}
}

// Write sends p to the client. On a silent connection, it only pretends to.
func (c *connection) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}
