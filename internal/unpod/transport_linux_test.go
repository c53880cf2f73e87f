// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestTimeout_coversDialing connects to a port whose queue is full, where Linux
// ignores connections. The dialer's time limit and the attempt's pass together, so
// several reads show that either is a timeout.
func TestTimeout_coversDialing(t *testing.T) {
	t.Parallel()
	options := testOptions(t, "http://"+fullPort(t))
	options.RequestTimeout = time.Second
	var reads, dials sync.WaitGroup
	for range 12 {
		reads.Go(func() {
			client := New(options)
			transport, ok := client.requester().transport.(*http.Transport)
			if !ok {
				t.Error("the client has another transport")
				return
			}
			dial := transport.DialContext
			dials.Add(1)
			transport.DialContext = func(ctx context.Context, protocol, address string) (net.Conn, error) {
				defer dials.Done()
				return dial(ctx, protocol, address)
			}
			wantFailure(t, client, 1, &TimeoutError{Timeout: time.Second})
		})
	}
	reads.Wait()
	dials.Wait() // They end too, although no read waits for them.
}

// fullPort returns an address that accepts no more connections.
func fullPort(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	local, ok := bound.(*syscall.SockaddrInet4)
	if !ok {
		t.Fatalf("got an address of type %T", bound)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(local.Port))
	for {
		dialer := net.Dialer{Timeout: 100 * time.Millisecond}
		connection, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return address // The queue is full.
		}
		t.Cleanup(func() { _ = connection.Close() })
	}
}
