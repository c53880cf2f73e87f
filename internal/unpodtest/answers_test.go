// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestAnswers_headers covers what the tests of the platform do not see.
func TestAnswers_headers(t *testing.T) {
	t.Parallel()
	const isJSON = "Content-Type: application/json\r\n"
	for _, test := range []struct {
		answer http.HandlerFunc
		want   string
	}{
		{HTML(502, "<h1>"), "Content-Type: text/html; charset=utf-8\r\n502 <h1>"},
		{Throttled("9"), isJSON + "Retry-After: 9\r\n" + `429 {"message":"Request was throttled. Expected available in 9 seconds.","status_code":429}`},
		{Redirect(302, "/x"), "Content-Type: text/plain\r\nLocation: /x\r\n302 /x"},
	} {
		response := ask(t, test.answer, http.MethodGet, Path, "", "", "")
		var got strings.Builder
		_ = response.Header().Write(&got) // A strings.Builder does not fail.
		got.WriteString(summary(response))
		if got.String() != test.want {
			t.Errorf("got %s\nwant %s", &got, test.want)
		}
	}
}

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
