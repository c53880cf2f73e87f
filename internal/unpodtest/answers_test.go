// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"io"
	"net"
	"strings"
	"testing"
)

// TestUnasked_sendsMore reads what a client gets after the response.
func TestUnasked_sendsMore(t *testing.T) {
	t.Parallel()
	server := Start(t, New(Token, OrgHandle))
	server.AnswerAlways(Unasked("{}", "more"))
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }() // Nothing more is read.
	if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: unpod.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	const want = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}more"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(connection, got); err != nil || string(got) != want {
		t.Errorf("got %q and error %v, want %q", got, err, want)
	}
}
