// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
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

// TestAnswers_onTheWire reads what a client gets until there is no more, or until
// it has enough of an endless response.
func TestAnswers_onTheWire(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string // a pattern of everything
		enough string // ends what would not end
	}{
		"break off": {BreakOff("0123456789"), `^HTTP/1.1 200 OK(?s:.*)\r\nContent-Length: 10\r\n(?s:.*)\r\n\r\n01234$`, "none"},
		"hang up":   {HangUp, `^$`, "none"},
		"drip":      {Drip(time.Millisecond), `^HTTP/1.1 200 OK(?s:.*)\r\n\r\n1\r\n \r\n1\r\n \r\n1\r\n`, " \r\n1\r\n \r\n1\r\n"},
		"unasked":   {Unasked("{}", "more"), `^HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}more$`, "more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := Start(t, New(Token, OrgHandle))
			server.AnswerAlways(test.answer)
			connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close() }() // Nothing more is read.
			_ = connection.SetDeadline(time.Now().Add(time.Minute))
			if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: unpod.example\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for piece := make([]byte, 1); !strings.HasSuffix(got.String(), test.enough); got.Write(piece) {
				if _, err := connection.Read(piece); err != nil {
					break
				}
			}
			if !regexp.MustCompile(test.want).MatchString(got.String()) {
				t.Errorf("got %q, want a match of %s", &got, test.want)
			}
		})
	}
}
