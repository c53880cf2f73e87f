// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// statusOf returns the error for a status with an empty web page.
func statusOf(status int) *StatusError {
	return &StatusError{HTTPStatus: status, Status: status, BodyType: BodyType{true, "text/html"}}
}

// gzipped compresses a body. The results can be concatenated.
func gzipped(body string) string {
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	_, _ = writer.Write([]byte(body)) // A buffer takes everything.
	_ = writer.Close()
	return buffer.String()
}

// drip sends an endless body, one byte a second.
func drip(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonContent)
		w.WriteHeader(status)
		unpodtest.Drip(time.Second)(w, r)
	}
}

// rawJSON returns a raw HTTP/1.1 response of JSON. Unless the head says how long the
// body is, closing the connection ends it.
func rawJSON(status, head, body string) http.HandlerFunc {
	return sendRaw("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + head + "\r\n" + body)
}

// stuck never responds.
var stuck = unpodtest.Delay(time.Hour, unpodtest.HangUp)

const (
	statusOK = "200 OK"
	chunked  = "Transfer-Encoding: chunked\r\n"
	zipped   = "Content-Encoding: gzip\r\n"
	declared = "Content-Length: 37\r\n" // of oneConfiguration
)

var (
	errBrokenOff = &ConnectionError{"the connection closed before the response was complete"}
	errTooSlow   = &TimeoutError{Timeout: 10 * time.Second}
	errTooLarge  = &TooLargeError{"16 MiB"}
	oneZipped    = gzipped(oneConfiguration)
	flood        = "X-Flood: " + strings.Repeat("a", 1<<20) + "\r\n"
)

// jsonStatus returns the error for a status with a message in JSON.
func jsonStatus(status int, message string) *StatusError {
	return &StatusError{HTTPStatus: status, Status: status, Message: message, BodyType: jsonBody}
}

var wireTests = map[string]struct {
	answer http.HandlerFunc
	want   error // nil if the response is oneConfiguration
	// attempts is 3 if the response is retried.
	attempts int
}{
	"complete":                         {rawJSON(statusOK, declared, oneConfiguration), nil, 1},
	"no length":                        {rawJSON(statusOK, "", oneConfiguration), nil, 1},
	"no length, complete but wrong":    {rawJSON(statusOK, "", `{"data":[{"id":1,"id":2}]}`), &ShapeError{"data[0].id", twice}, 1},
	"no length, web page":              {sendRaw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Sign in"), &NotJSONError{BodyType{MediaType: "text/html"}}, 1},
	"no length, truncated":             {rawJSON(statusOK, "", oneConfiguration[:36]), errBrokenOff, 3},
	"no length, truncated after a BOM": {rawJSON(statusOK, "", "\ufeff"+oneConfiguration[:36]), errBrokenOff, 3},
	"no length, empty":                 {rawJSON(statusOK, "", ""), errBrokenOff, 3},
	"no length, 401 and empty":         {rawJSON("401 No", "", ""), &StatusError{HTTPStatus: 401, Status: 401, BodyType: BodyType{true, jsonContent}}, 1},
	"no length, 410 and text":          {rawJSON("410 No", "", "Gone"), jsonStatus(410, ""), 1},
	"length 0":                         {rawJSON(statusOK, "Content-Length: 0\r\n", ""), &NotJSONError{BodyType{true, jsonContent}}, 1},
	"truncated":                        {rawJSON(statusOK, declared, oneConfiguration[:20]), errBrokenOff, 3},
	"truncated header":                 {sendRaw("HTTP/1.1 200 OK\r\nContent-Type: appl"), errBrokenOff, 3},
	"hangs up":                         {unpodtest.HangUp, errBrokenOff, 3},
	"chunked":                          {rawJSON(statusOK, chunked, "25\r\n"+oneConfiguration+"\r\n0\r\n\r\n"), nil, 1},
	"chunked, truncated":               {rawJSON(statusOK, chunked, "25\r\n"+oneConfiguration[:20]), errBrokenOff, 3},
	"chunked, garbled":                 {rawJSON(statusOK, chunked, "5\r\n{\"dat\r\n"), errBrokenOff, 3},
	"compressed":                       {rawJSON(statusOK, zipped, oneZipped), nil, 1},
	"compressed, truncated":            {rawJSON(statusOK, zipped, oneZipped[:len(oneZipped)-9]), errBrokenOff, 3},
	"compressed, garbled":              {rawJSON(statusOK, zipped, strings.Repeat("x", 20)), &ConnectionError{"gzip: invalid header"}, 3},
	"compressed, empty":                {rawJSON(statusOK, zipped, ""), errBrokenOff, 3},
	"compressed, length 0":             {rawJSON(statusOK, zipped+"Content-Length: 0\r\n", ""), errBrokenOff, 3},
	"compressed, empty chunk":          {rawJSON(statusOK, zipped+chunked, "0\r\n\r\n"), errBrokenOff, 3},
	"compressed, complete but wrong":   {rawJSON(statusOK, zipped, gzipped("{")), &ShapeError{"the body", notJSON}, 1},
	"401, truncated":                   {rawJSON("401 No", declared, `{"message":"No.","da`), jsonStatus(401, "No."), 1},
	"404, chunked and truncated":       {rawJSON("404 No", chunked, "25\r\n{\"message\":\"No.\",\"da"), jsonStatus(404, "No."), 1},
	"429 for a day, truncated":         {rawJSON("429 No", declared+"Retry-After: 86400\r\n", `{"message":"No.","da`), &StatusError{HTTPStatus: 429, Status: 429, Message: "No.", BodyType: jsonBody, RetryAfter: 24 * time.Hour}, 1},
	"101":                              {sendRaw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"), &StatusError{HTTPStatus: 101, Status: 101, BodyType: noBody}, 1},
	"redirect":                         {unpodtest.Redirect(302, "https://other.example/"), &RedirectError{302, "https://other.example"}, 1},
	"endless 1xx responses":            {sendRaw(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: "+strings.Repeat("a", 1000)+"\r\n\r\n", 1000)), errTooManyHeaders, 3},
	"long header":                      {rawJSON(statusOK, flood, oneConfiguration), errTooManyHeaders, 3},
	"long trailer":                     {rawJSON(statusOK, chunked, "25\r\n"+oneConfiguration+"\r\n0\r\n"+flood+"\r\n"), &ConnectionError{"http: suspiciously long trailer after chunked body"}, 3},
	"no response":                      {stuck, errTooSlow, 3},
	"body too slow":                    {drip(200), errTooSlow, 3},
	"body of a 403 just in time": {func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_ = http.NewResponseController(w).Flush() // The client is still there.
		unpodtest.Delay(900*time.Millisecond, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"message":"No."}`) })(w, r)
	}, &StatusError{HTTPStatus: 403, Status: 403, Message: "No."}, 1},
	"body of a 403 too slow": {drip(403), jsonStatus(403, ""), 1},
}

var errTooManyHeaders = &ConnectionError{"net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 262144 bytes; aborted"}

// TestWire_outcomes reads through net/http from servers that always respond in the
// same way. No response may leave a connection or a goroutine behind.
func TestWire_outcomes(t *testing.T) {
	t.Parallel()
	for name, test := range wireTests {
		bubble(t, name, func(t *testing.T) {
			pipes := newNetwork()
			server := pipes.serve(test.answer)
			options := testOptions(t, "http://unpod.example")
			options.RequestTimeout, options.MaxRetries = 10*time.Second, 2
			client := pipes.client(t, options)
			started := time.Now()
			wantOutcome(t, client, test.attempts, test.want, 1)
			if most := gatherTime + maxErrorTime; test.attempts == 1 && time.Since(started) > most {
				t.Errorf("took %s, want at most %s", time.Since(started), most)
			}
			pipes.wantClosed(t, server)
		})
	}
}

// TestRead_endsWithContext cancels reads at different times. A read ends at once,
// and leaves nothing behind.
func TestRead_endsWithContext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		after    time.Duration
		attempts int
	}{
		"before the first request": {listOf("", 1), time.Millisecond, 0},
		"during a request":         {stuck, 3 * time.Second, 1},
		"during the body":          {drip(200), 3 * time.Second, 1},
		"during a throttled wait":  {unpodtest.Throttled("50"), 3 * time.Second, 1},
		"during a later wait":      {unpodtest.Throttled("50"), 53 * time.Second, 2},
		"during backoff":           {unpodtest.HangUp, 200 * time.Millisecond, 1},
	} {
		bubble(t, name, func(t *testing.T) {
			for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
				pipes := newNetwork()
				server := pipes.serve(test.answer)
				options := testOptions(t, "http://unpod.example")
				options.MaxRetries = 4
				ctx, cancel := context.WithCancel(t.Context())
				if errors.Is(want, context.DeadlineExceeded) {
					ctx, cancel = context.WithTimeout(t.Context(), test.after)
				} else {
					time.AfterFunc(test.after, cancel)
				}
				started := time.Now()
				wantFailureOf(ctx, t, pipes.client(t, options), test.attempts, want)
				wantTook(t, started, test.after)
				cancel()
				pipes.wantClosed(t, server)
			}
		})
	}
}

// canceled is a context that is canceled before anything waits for it.
type canceled struct{ context.Context } //nolint:containedctx // It is a context.

func (canceled) Err() error { return context.Canceled }

func TestRead_sendsNothingIfAlreadyCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(listOf("", 1))))
		wantFailureOf(canceled{t.Context()}, t, client, 0, context.Canceled)
		requests.wantRequests(t, 0)
	})
}

// TestRead_canceledReturnsNoList cancels a read whose list has already arrived.
func TestRead_canceledReturnsNoList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 100 { // The order is random.
			ctx, cancel := context.WithCancel(t.Context())
			client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
				listOf("", 1)(w, r)
				cancel()
			}))
			wantFailureOf(ctx, t, client, 1, context.Canceled)
		}
	})
}

// opError returns an error as package net does.
func opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443}, Err: err}
}

// dialTimeout returns the error of a dialer whose time is up.
func dialTimeout() error {
	_, err := (&net.Dialer{Timeout: time.Nanosecond}).Dial("tcp", "127.0.0.1:1")
	return err
}

// handshakeError is like net/http's error for a handshake that took too long,
// which is not exported.
type handshakeError struct{}

func (handshakeError) Error() string   { return "net/http: TLS handshake timeout" }
func (handshakeError) Timeout() bool   { return true }
func (handshakeError) Temporary() bool { return true }

const unverified = "tls: failed to verify certificate: x509: "

// TestFailure_byError pins what becomes of the errors of net/http, and whether
// they are retried.
func TestFailure_byError(t *testing.T) {
	t.Parallel()
	timedOut := &TimeoutError{Timeout: time.Minute}
	for name, test := range map[string]struct {
		err     error
		want    error
		retried bool
	}{
		"connection refused": {opError("dial", syscall.ECONNREFUSED), &ConnectionError{"dial tcp 127.0.0.1:443: connection refused"}, true},
		"connection reset":   {opError("read", syscall.ECONNRESET), &ConnectionError{"read tcp 127.0.0.1:443: connection reset by peer"}, true},
		"unknown host":       {&net.DNSError{Err: "no such host", Name: "unpod.example", IsNotFound: true}, &ConnectionError{"lookup unpod.example: no such host"}, true},
		"stream closed":      {errors.New("stream error: stream ID 1; INTERNAL_ERROR"), &ConnectionError{"stream error: stream ID 1; INTERNAL_ERROR"}, true},
		"truncated":          {fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), errBrokenOff, true},
		"malformed response": {errors.New("malformed HTTP response \"\x1b[31m" + canary + "\""), &ConnectionError{`malformed HTTP response "[31m` + redacted + `"`}, true},

		"system has no port left": {opError("dial", syscall.EAGAIN), &ConnectionError{"dial tcp 127.0.0.1:443: resource temporarily unavailable"}, true},
		"name server cannot be reached": {
			opError("dial", &net.DNSError{UnwrapErr: dialTimeout(), Err: "i/o timeout", Name: "unpod.example", IsTimeout: true}),
			&ConnectionError{"dial tcp 127.0.0.1:443: lookup unpod.example: i/o timeout"}, true,
		},
		"resolver timed out": {
			opError("dial", &net.DNSError{Err: "i/o timeout", Name: "unpod.example", IsTimeout: true}),
			&ConnectionError{"dial tcp 127.0.0.1:443: lookup unpod.example: i/o timeout"}, true,
		},
		"system timed out":                  {opError("dial", syscall.ETIMEDOUT), &ConnectionError{"dial tcp 127.0.0.1:443: connection timed out"}, true},
		"dialer timed out":                  {dialTimeout(), timedOut, true},
		"attempt timed out":                 {fmt.Errorf("reading: %w", context.DeadlineExceeded), timedOut, true},
		"attempt timed out while resolving": {opError("dial", &net.DNSError{UnwrapErr: context.DeadlineExceeded, Err: "i/o timeout", IsTimeout: true}), timedOut, true},
		"proxy's handshake timed out":       {opError("proxyconnect", handshakeError{}), timedOut, true},

		"certificate": {fmt.Errorf("within: %w", &tls.CertificateVerificationError{Err: errors.New("x509: not for \x1b[2J" + canary)}), &TLSError{TLSCertificate, "within: " + unverified + "not for [2J" + redacted}, false},
		"TLS":         {errors.New("tls: no"), &TLSError{TLSOther, "tls: no"}, false},
	} {
		bubble(t, name, func(t *testing.T) {
			attempts := 1
			if test.retried {
				attempts = 4
			}
			wantFailure(t, fakeClient(t, failWith(test.err), retries(3)), attempts, test.want)
		})
	}
}

// TestTimeout_coversHandshake connects to a server that never answers a TLS
// handshake. The handshake's time limit and the attempt's pass together, so many
// reads show that either is a timeout. net/http goes on connecting after an
// attempt has timed out, which must end too.
func TestTimeout_coversHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		options := testOptions(t, "https://unpod.example")
		options.RequestTimeout = time.Second
		for range 100 {
			wantFailure(t, pipes.client(t, options), 1, &TimeoutError{time.Second, true})
			go drain(<-pipes.dialed)
		}
		pipes.wantClosed(t, pipes)
	})
}

// TestTimeout_limitsAttempt makes several attempts, of which the first takes too
// long, and the others end just in time.
func TestTimeout_limitsAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 5 * time.Second
		inTime := func(answer http.HandlerFunc) http.HandlerFunc { return unpodtest.Delay(limit-time.Millisecond, answer) }
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(inTurn(stuck, inTime(unpodtest.HTML(500, "")), inTime(unpodtest.HTML(502, "")), inTime(listOf("", 1))))), timeoutAfter(limit), retries(3))
		started := time.Now()
		wantList(t, client, 1)
		first := requests.times[1].Sub(started)
		if first < gatherTime+limit+minBackoff/2 || first > gatherTime+limit+minBackoff {
			t.Errorf("got the second request after %s, want it after the timeout and a backoff", first)
		}
	})
}

// TestRetryAfter covers the headers with which a server can ask to wait. The clock
// of the server may be off.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const never = "Fri, 31 Dec 9999 23:59:59 GMT"
	synctest.Test(t, func(t *testing.T) { // It is 2000-01-01.
		date := func(from time.Time, seconds int) string {
			return from.Add(time.Duration(seconds) * time.Second).UTC().Format(http.TimeFormat)
		}
		now := time.Now()
		unix := func(from time.Time, seconds int) string { return strconv.FormatInt(from.Unix()+int64(seconds), 10) }
		ahead, behind := now.Add(2*time.Minute), now.AddDate(-30, 0, 0)
		for name, test := range map[string]struct {
			status                 int
			retryAfter, reset, now string
			want                   time.Duration
		}{
			"none":                           {429, "", "", "", 0},
			"zero":                           {429, "0", "", "", 0},
			"seconds":                        {503, "7", "", "", 7 * time.Second},
			"a day":                          {429, "86400", "", "", 24 * time.Hour},
			"beyond 32 bits":                 {429, "4294967296", "", "", math.MaxUint32 * time.Second},
			"beyond 64 bits":                 {429, "99999999999999999999999999", "", "", math.MaxUint32 * time.Second},
			"negative":                       {429, "-5", "", "", 0},
			"fractional":                     {429, "1.5", "", "", 0},
			"date in an old format":          {429, "Sunday, 06-Nov-94 08:49:37 GMT", "", "", 0},
			"date":                           {503, date(now, 7), "", "", 7 * time.Second},
			"date in the past":               {429, date(now, -3600), "", "", 0},
			"date in the far future":         {429, never, "", "", 9223372036 * time.Second},
			"date, clock ahead":              {429, date(ahead, 30), "", date(ahead, 0), 30 * time.Second},
			"date, clock behind by years":    {429, date(behind, 30), "", date(behind, 0), 30 * time.Second},
			"date, invalid Date":             {429, date(now, 7), "", "today", 7 * time.Second},
			"reset":                          {429, "", unix(now, 30), "", 30 * time.Second},
			"reset, clock ahead":             {429, "", unix(ahead, 30), date(ahead, 0), 30 * time.Second},
			"reset, clock behind by years":   {429, "", unix(behind, 30), date(behind, 0), 30 * time.Second},
			"reset and Retry-After":          {429, "7", unix(now, 30), "", 7 * time.Second},
			"reset, with another status":     {503, "", unix(now, 30), "", 0},
			"reset and invalid Retry-After":  {429, "soon", unix(now, 30), "", 30 * time.Second},
			"reset is not a number":          {429, "", "soon", "", 0},
			"reset in seconds, not the time": {429, "", "30", "", 0},
			"reset beyond 32 bits":           {429, "", "9999999999999999", "", (math.MaxUint32 - time.Duration(now.Unix())) * time.Second},
		} {
			header := http.Header{"Retry-After": {test.retryAfter}, "X-Ratelimit-Reset": {test.reset}, "Date": {test.now}}
			if got := retryAfter(response{status: test.status, header: header}); got != test.want {
				t.Errorf("%s: got %s, want %s", name, got, test.want)
			}
		}
		<-time.After(600 * time.Millisecond) // A date has only whole seconds. A retry must not be early.
		header := http.Header{"Retry-After": {date(now, 10)}}
		if got := retryAfter(response{status: 429, header: header}); got != 10*time.Second {
			t.Errorf("in the middle of a second: got %s, want 10s", got)
		}
	})
}

// TestLog_hasNoOtherLines pins every line, so that nothing else reaches a log.
func TestLog_hasNoOtherLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			log      bytes.Buffer
			requests sentRequests
		)
		client := fakeClient(t, requests.by(serve(inTurn(
			unpodtest.Header("Set-Cookie", canary, unpodtest.Throttled("3")),
			stuck,
			unpodtest.Delay(1500*time.Millisecond, unpodtest.JSON(401, `{"message":"Token `+canary+`"}`)),
		))), timeoutAfter(5*time.Second), retries(2))
		if _, err := client.ProviderConfigurations(tflogtest.RootLogger(t.Context(), &log)); err == nil {
			t.Error("got no error, want one")
		}
		wantNoCanary(t, log.String())
		lines, err := tflogtest.MultilineJSONDecode(&log)
		if err != nil {
			t.Fatal(err)
		}
		line := func(number int, message string, more map[string]any) map[string]any {
			line := map[string]any{
				"@module": "provider", "@message": message, "method": "GET", "path": unpodtest.Path,
				"attempt": float64(number), "request_id": requests.requestIDs[number-1],
			}
			maps.Copy(line, more)
			return line
		}
		wait := requests.times[2].Sub(requests.times[1]) - 5*time.Second // The backoff is random.
		const called, again = "Called the Unpod API", "Retrying the Unpod API request"
		want := []map[string]any{
			line(1, called, map[string]any{"@level": "debug", "status": 429.0, "bytes": 87.0, "duration_ms": 0.0}),
			line(1, again, map[string]any{"@level": "warn", "reason": "status 429", "wait_ms": 3000.0}),
			line(2, called, map[string]any{"@level": "debug", "bytes": 0.0, "duration_ms": 5000.0}),
			line(2, again, map[string]any{"@level": "warn", "reason": "timeout", "wait_ms": float64(wait.Milliseconds())}),
			line(3, called, map[string]any{"@level": "debug", "status": 401.0, "bytes": 59.0, "duration_ms": 1500.0}),
		}
		if !reflect.DeepEqual(lines, want) {
			t.Errorf("got lines %v\nwant %v", lines, want)
		}
	})
}
