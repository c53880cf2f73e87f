// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
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

// Tests that wait run in a synctest bubble, where waiting takes no time and the
// clock shows exactly how long it was.

// TestRetry_onlyTemporaryStatuses tries every status that a final response may
// have.
func TestRetry_onlyTemporaryStatuses(t *testing.T) {
	t.Parallel()
	retried := map[int]bool{408: true, 429: true, 500: true, 502: true, 503: true, 504: true}
	synctest.Test(t, func(t *testing.T) {
		for status := 201; status < 600; status++ {
			client := fakeClient(t, serve(unpodtest.HTML(status, "")), retries(2))
			wantAttempts := 1
			if retried[status] {
				wantAttempts = 3
			}
			failed := wantFailure(t, client, &StatusError{HTTPStatus: status, Status: status, BodyType: BodyType{true, "text/html"}})
			if failed.Attempts != wantAttempts {
				t.Errorf("status %d: got %d attempts, want %d", status, failed.Attempts, wantAttempts)
			}
		}
	})
}

// TestRetry_ignoresStatusInBody gets a 200 whose body says 503. That is the
// application's response, not that of a proxy in front of it.
func TestRetry_ignoresStatusInBody(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, serve(unpodtest.JSON(200, `{"status_code":503,"message":"Later.","data":[]}`)), retries(4))
	failed := wantFailure(t, client, &StatusError{HTTPStatus: 200, Status: 503, Message: "Later.", BodyType: jsonBody})
	wantAttempts(t, failed, 1)
}

const brokenOff = "the connection closed before the response was complete"

var connectionTests = map[string]struct {
	err         error
	want        error
	wantRetried bool
}{
	"connection refused": {operation("dial", syscall.ECONNREFUSED), &ConnectionError{"dial tcp 127.0.0.1:443: connection refused"}, true},
	"connection reset":   {operation("read", syscall.ECONNRESET), &ConnectionError{"read tcp 127.0.0.1:443: connection reset by peer"}, true},
	"unknown host":       {&net.DNSError{Err: "no such host", Name: "unpod.example", IsNotFound: true}, &ConnectionError{"lookup unpod.example: no such host"}, true},
	"resolver timed out": {
		operation("dial", &net.DNSError{Err: "i/o timeout", Name: "unpod.example", IsTimeout: true}),
		&ConnectionError{"dial tcp 127.0.0.1:443: lookup unpod.example: i/o timeout"}, true,
	},
	"system timed out":  {operation("dial", syscall.ETIMEDOUT), &ConnectionError{"dial tcp 127.0.0.1:443: connection timed out"}, true},
	"dialer timed out":  {dialTimeout(), &TimeoutError{time.Minute}, true},
	"attempt timed out": {fmt.Errorf("reading: %w", context.DeadlineExceeded), &TimeoutError{time.Minute}, true},
	"attempt timed out while resolving": {
		operation("dial", &net.DNSError{UnwrapErr: context.DeadlineExceeded, Err: "i/o timeout", IsTimeout: true}),
		&TimeoutError{time.Minute}, true,
	},
	"proxy's handshake timed out": {operation("proxyconnect", handshakeError{}), &TimeoutError{time.Minute}, true},
	"connection closed":           {io.EOF, &ConnectionError{brokenOff}, true},
	"truncated":                   {fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), &ConnectionError{brokenOff}, true},
	"malformed response":          {errors.New("malformed HTTP response \"\x1b[31m" + canary + "\""), &ConnectionError{`malformed HTTP response "[31m` + redacted + `"`}, true},

	"unknown authority": {
		&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		&TLSError{Reason: "tls: failed to verify certificate: x509: certificate signed by unknown authority"}, false,
	},
	"wrong host name": {
		fmt.Errorf("proxy: %w", &tls.CertificateVerificationError{Err: errors.New("x509: not for \x1b[2J" + canary)}),
		&TLSError{Reason: "proxy: tls: failed to verify certificate: x509: not for [2J" + redacted}, false,
	},
	"alert from the server": {&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, &TLSError{Reason: "remote error: tls: bad certificate"}, false},
	"alert to the server":   {&net.OpError{Op: "local error", Err: errors.New("tls: bad record MAC")}, &TLSError{Reason: "local error: tls: bad record MAC"}, false},
	"not TLS":               {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, &TLSError{Reason: "tls: first record does not look like a TLS handshake"}, false},
	"HTTP over HTTPS": {
		tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake", RecordHeader: [5]byte([]byte("HTTP/"))},
		&TLSError{Reason: "tls: first record does not look like a TLS handshake", PlainHTTP: true}, false,
	},
}

// dialTimeout returns the error of a dialer whose time is up.
func dialTimeout() error {
	_, err := (&net.Dialer{Timeout: time.Nanosecond}).Dial("tcp", "127.0.0.1:1")
	return err
}

// handshakeError is like net/http's error, which is not exported.
type handshakeError struct{}

func (handshakeError) Error() string   { return "net/http: TLS handshake timeout" }
func (handshakeError) Timeout() bool   { return true }
func (handshakeError) Temporary() bool { return true }

func TestRetry_connectionErrorsButNotTLS(t *testing.T) {
	t.Parallel()
	for name, test := range connectionTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fail := roundTripper(func(*http.Request) (*http.Response, error) { return nil, test.err })
				failed := wantFailure(t, fakeClient(t, fail, retries(3)), test.want)
				want := 1
				if test.wantRetried {
					want = 4
				}
				wantAttempts(t, failed, want)
				wantNoCanary(t, failed.Error())
			})
		})
	}
}

// brokenBody is a body that ends with an error.
type brokenBody struct {
	io.Reader

	err error
}

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.err
	}
	return n, err
}

func (brokenBody) Close() error { return nil }

func TestRetry_brokenBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"truncated":        {io.ErrUnexpectedEOF, &ConnectionError{brokenOff}},
		"connection reset": {operation("read", syscall.ECONNRESET), &ConnectionError{"read tcp 127.0.0.1:443: connection reset by peer"}},
		"garbled gzip":     {errors.New("gzip: invalid header"), &ConnectionError{"gzip: invalid header"}},
		"stream closed":    {errors.New("stream error: stream ID 1; INTERNAL_ERROR"), &ConnectionError{"stream error: stream ID 1; INTERNAL_ERROR"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				broken := roundTripper(func(r *http.Request) (*http.Response, error) {
					response, err := serve(unpodtest.JSON(200, oneConfiguration))(r)
					response.Body = brokenBody{response.Body, test.err}
					return response, err
				})
				wantAttempts(t, wantFailure(t, fakeClient(t, broken, retries(2)), test.want), 3)

				attempt := 0
				mended := roundTripper(func(r *http.Request) (*http.Response, error) {
					attempt++
					if attempt < 3 {
						return broken(r)
					}
					return serve(unpodtest.JSON(200, oneConfiguration))(r)
				})
				wantIDs(t, read(t, fakeClient(t, mended, retries(2))), 1)
			})
		})
	}
}

// TestRetry_brokenConnections does the same with real connections, which break
// once.
func TestRetry_brokenConnections(t *testing.T) {
	t.Parallel()
	const whole = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + oneConfiguration
	for name, answer := range map[string]http.HandlerFunc{
		"connection closed":               unpodtest.HangUp,
		"truncated":                       unpodtest.BreakOff(oneConfiguration),
		"truncated header":                sendRaw(whole[:30]),
		"truncated chunk":                 sendRaw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n"),
		"truncated body without a length": sendRaw(whole[:len(whole)-1]),
		"no body and no length":           sendRaw(whole[:len(whole)-len(oneConfiguration)]),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t, unpodtest.Documented()...)
			server.AnswerNext(answer)
			options := testOptions(t, server.URL)
			options.MaxRetries = 1
			wantIDs(t, read(t, New(options)), 42, 43)
			if got := len(server.Requests()); got != 2 {
				t.Errorf("got %d requests, want 2", got)
			}
		})
	}
}

// TestBody_withoutLength checks that a body which ends with the connection
// counts, unless it is truncated JSON.
func TestBody_withoutLength(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, body string
		wantErr    error
	}{
		"JSON":                        {"200 OK\r\nContent-Type: application/json", oneConfiguration, nil},
		"JSON with a duplicate field": {"200 OK\r\nContent-Type: application/json", `{"data":[{"id":1,"id":2}]}`, &ShapeError{"data[0].id", twice}},
		"HTML":                        {"200 OK\r\nContent-Type: text/html", "<h1>Sign in", &NotJSONError{BodyType{MediaType: "text/html"}}},
		"401 without body":            {"401 Unauthorized\r\nContent-Type: application/json", "", &StatusError{HTTPStatus: 401, Status: 401, BodyType: BodyType{true, jsonContent}}},
		"404 with text":               {"404 Not Found\r\nContent-Type: application/json", "Not Found", &StatusError{HTTPStatus: 404, Status: 404, BodyType: jsonBody}},
		"429 that asks for a day": {
			"429 Too Many Requests\r\nRetry-After: 86400\r\nContent-Type: application/json", "Later",
			&StatusError{HTTPStatus: 429, Status: 429, BodyType: jsonBody, RetryAfter: 24 * time.Hour},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := fakeClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
					return http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.0 "+test.head+"\r\n\r\n"+test.body)), r)
				}), retries(2))
				if test.wantErr == nil {
					wantIDs(t, read(t, client), 1)
					return
				}
				wantAttempts(t, wantFailure(t, client, test.wantErr), 1)
			})
		})
	}
}

// TestRetry_backsOffWithJitter reads often enough to see the jitter.
func TestRetry_backsOffWithJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := map[time.Duration]bool{}
		for range 50 {
			var asked record
			client := fakeClient(t, asked.of(serve(unpodtest.HTML(503, ""))), retries(10))
			wantAttempts(t, wantFailure(t, client, &StatusError{HTTPStatus: 503, Status: 503, BodyType: BodyType{true, "text/html"}}), 11)
			for n, gap := range asked.gaps() {
				if most := min(500*time.Millisecond<<n, time.Minute); gap < most/2 || gap > most {
					t.Errorf("got a wait of %s before retry %d, want %s to %s", gap, n+1, most/2, most)
				}
			}
			first[asked.gaps()[0]] = true
		}
		if len(first) < 10 {
			t.Errorf("got %d different first waits in 50 reads, want at least 10: clients must not retry together", len(first))
		}
	})
}

// jittered stands for the client's own wait before the first retry.
const jittered = -1

var retryAfterTests = map[string]struct {
	header string
	// inTime, if set, makes the header a date this long after the request.
	inTime time.Duration
	// wantWait is 0 if the read must fail at once.
	wantWait time.Duration
	// wantTold is the error's RetryAfter.
	wantTold time.Duration
}{
	"none":                   {"", 0, jittered, 0},
	"zero":                   {"0", 0, jittered, 0},
	"seconds":                {"7", 0, 7 * time.Second, 7 * time.Second},
	"leading zeros":          {"007", 0, 7 * time.Second, 7 * time.Second},
	"longest":                {"65", 0, 65 * time.Second, 65 * time.Second},
	"too long":               {"66", 0, 0, 66 * time.Second},
	"a day":                  {"86400", 0, 0, 24 * time.Hour},
	"beyond 32 bits":         {"4294967296", 0, 0, math.MaxUint32 * time.Second},
	"beyond int64":           {"9223372036854775808", 0, 0, math.MaxUint32 * time.Second},
	"beyond 64 bits":         {"99999999999999999999999999", 0, 0, math.MaxUint32 * time.Second},
	"negative":               {"-5", 0, jittered, 0},
	"signed":                 {"+5", 0, jittered, 0},
	"fractional":             {"1.5", 0, jittered, 0},
	"garbage":                {"soon", 0, jittered, 0},
	"ISO date":               {"2100-01-01T00:00:00Z", 0, jittered, 0},
	"date":                   {"", 7 * time.Second, 7 * time.Second, 7 * time.Second},
	"longest date":           {"", 65 * time.Second, 65 * time.Second, 65 * time.Second},
	"date too far":           {"", 2 * time.Hour, 0, 2 * time.Hour},
	"date in the past":       {"", -time.Hour, jittered, 0},
	"date in an old format":  {"Sunday, 06-Nov-94 08:49:37 GMT", 0, jittered, 0},
	"date in the far future": {"Fri, 31 Dec 9999 23:59:59 GMT", 0, 0, math.MaxInt64},
}

func TestRetryAfter_isObeyedUpToMaxWait(t *testing.T) {
	t.Parallel()
	for name, test := range retryAfterTests {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprintf("%s/%d", name, status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var asked record
					refuse := func(w http.ResponseWriter, r *http.Request) {
						header := test.header
						if test.inTime != 0 {
							header = time.Now().Add(test.inTime).UTC().Format(http.TimeFormat)
						}
						unpodtest.Header("Retry-After", header, unpodtest.HTML(status, ""))(w, r)
					}
					client := fakeClient(t, asked.of(serve(refuse)), retries(1))
					_, err := client.ProviderConfigurations(t.Context())
					wantRetryAfter(t, err, status, test.wantTold)
					wantWait(t, asked.gaps(), test.wantWait)
				})
			})
		}
	}
}

func wantWait(t *testing.T, gaps []time.Duration, want time.Duration) {
	t.Helper()
	switch {
	case want == 0:
		if len(gaps) > 0 {
			t.Errorf("got waits of %s, want the read to fail at once", gaps)
		}
	case len(gaps) != 1:
		t.Errorf("got waits of %s, want exactly one", gaps)
	case want == jittered:
		if gaps[0] < minBackoff/2 || gaps[0] > minBackoff {
			t.Errorf("got a wait of %s, want %s to %s", gaps[0], minBackoff/2, minBackoff)
		}
	case gaps[0] != want:
		t.Errorf("got a wait of %s, want %s", gaps[0], want)
	}
}

// TestRetryAfter_neverRetriesBeforeDate sends a request in the middle of a second.
// A date has only whole seconds, and the server would refuse a retry before it.
func TestRetryAfter_neverRetriesBeforeDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		<-time.After(600 * time.Millisecond)
		ready := time.Now().Truncate(time.Second).Add(10 * time.Second)
		client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
			if time.Now().Before(ready) {
				unpodtest.Throttled(ready.UTC().Format(http.TimeFormat))(w, r)
				return
			}
			listOf("", 1)(w, r)
		}), retries(1))
		wantIDs(t, read(t, client), 1)
		if late := time.Since(ready); late > time.Second {
			t.Errorf("got the list %s after the date, want it within a second", late)
		}
	})
}

// TestRetryAfter_neverShortensBackoff has the server ask for a wait of one second,
// even when the backoff is longer.
func TestRetryAfter_neverShortensBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(unpodtest.Throttled("1"))), retries(10))
		if _, err := client.ProviderConfigurations(t.Context()); err == nil {
			t.Error("got no error, want one")
		}
		for n, gap := range asked.gaps() {
			if least := max(min(minBackoff<<n, maxBackoff)/2, time.Second); gap < least {
				t.Errorf("got a wait of %s before retry %d, want at least %s", gap, n+1, least)
			}
		}
	})
}

func TestRetry_returnsLastFailure(t *testing.T) {
	t.Parallel()
	message := func(status int, text string) http.HandlerFunc {
		return unpodtest.JSON(status, `{"message":"`+text+`"}`)
	}
	for name, test := range map[string]struct {
		answers []http.HandlerFunc
		want    error
	}{
		"status": {
			[]http.HandlerFunc{message(500, "One."), message(502, "Two."), message(503, "Three.")},
			&StatusError{HTTPStatus: 503, Status: 503, Message: "Three.", BodyType: jsonBody},
		},
		"short wait": {
			[]http.HandlerFunc{message(500, "One."), message(502, "Two."), unpodtest.Throttled("3")},
			&StatusError{
				HTTPStatus: 429, Status: 429, BodyType: jsonBody, RetryAfter: 3 * time.Second,
				Message: "Request was throttled. Expected available in 3 seconds.",
			},
		},
		"status after connection errors": {
			[]http.HandlerFunc{unpodtest.HangUp, unpodtest.HangUp, message(504, "Three.")},
			&StatusError{HTTPStatus: 504, Status: 504, Message: "Three.", BodyType: jsonBody},
		},
		"connection error after statuses": {
			[]http.HandlerFunc{message(500, "One."), message(500, "Two."), unpodtest.HangUp},
			&ConnectionError{brokenOff},
		},
		"status that is not retried": {
			[]http.HandlerFunc{message(500, "One."), unpodtest.HangUp, message(401, "Three."), message(500, "Four.")},
			&StatusError{HTTPStatus: 401, Status: 401, Message: "Three.", BodyType: jsonBody},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				wantAttempts(t, wantFailure(t, fakeClient(t, serve(sequence(test.answers...)), retries(2)), test.want), 3)
			})
		})
	}
}

func TestRequestID_isNewForEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(unpodtest.HTML(500, ""))), retries(5))
		failed := wantFailure(t, client, &StatusError{HTTPStatus: 500, Status: 500, BodyType: BodyType{true, "text/html"}})
		wantAttempts(t, failed, 6)
		seen := map[string]bool{}
		for _, text := range asked.requestIDs {
			if !randomUUID.MatchString(text) || seen[text] {
				t.Errorf("got request ID %q, want a new random UUID", text)
			}
			seen[text] = true
		}
		if last := asked.requestIDs[5]; len(seen) != 6 || failed.RequestID != last {
			t.Errorf("got request ID %s of %q, want the last of 6", failed.RequestID, asked.requestIDs)
		}
	})
}

var giveUpTests = map[string]struct {
	answer       http.HandlerFunc
	after        time.Duration
	byDeadline   bool
	want         error
	wantRequests int
}{
	"before the first attempt":   {unpodtest.HangUp, 0, false, context.Canceled, 0},
	"during an attempt":          {unpodtest.Delay(time.Hour, unpodtest.HangUp), 3 * time.Second, false, context.Canceled, 1},
	"while waiting":              {unpodtest.Throttled("50"), 3 * time.Second, false, context.Canceled, 1},
	"in a later wait":            {unpodtest.Throttled("50"), 53 * time.Second, false, context.Canceled, 2},
	"during backoff":             {unpodtest.HangUp, 200 * time.Millisecond, false, context.Canceled, 1},
	"deadline during an attempt": {unpodtest.Delay(time.Hour, unpodtest.HangUp), 3 * time.Second, true, context.DeadlineExceeded, 1},
	"deadline while waiting":     {unpodtest.Throttled("50"), 3 * time.Second, true, context.DeadlineExceeded, 1},
}

// canceled is a context that is canceled before anything waits for it.
type canceled struct{ context.Context } //nolint:containedctx // It is a context.

func (canceled) Err() error { return context.Canceled }

func TestRead_sendsNothingIfAlreadyCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(listOf("", 1))))
		got, err := client.ProviderConfigurations(canceled{t.Context()})
		wantAttempts(t, wantReason(t, got, err, context.Canceled), 0)
		if len(asked.times) != 0 {
			t.Errorf("got %d requests, want none", len(asked.times))
		}
	})
}

func TestRead_endsWithContext(t *testing.T) {
	t.Parallel()
	for name, test := range giveUpTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked record
				client := fakeClient(t, asked.of(serve(test.answer)), retries(4))
				ctx, cancel := context.WithCancel(t.Context())
				if test.byDeadline {
					ctx, cancel = context.WithTimeout(t.Context(), test.after)
				}
				defer cancel()
				if !test.byDeadline && test.after == 0 {
					cancel()
				} else if !test.byDeadline {
					time.AfterFunc(test.after, cancel)
				}
				started := time.Now()
				got, err := client.ProviderConfigurations(ctx)
				wantAttempts(t, wantReason(t, got, err, test.want), test.wantRequests)
				if took := time.Since(started); took != test.after {
					t.Errorf("ended after %s, want %s", took, test.after)
				}
				if len(asked.times) != test.wantRequests {
					t.Errorf("got %d requests, want %d", len(asked.times), test.wantRequests)
				}
			})
		})
	}
}

// drip sends an endless body, one byte a second.
func drip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode:    http.StatusOK,
		Header:        http.Header{"Content-Type": {jsonContent}},
		ContentLength: -1,
		Body:          dripBody{request.Context()},
		Request:       request,
	}, nil
}

type dripBody struct{ ctx context.Context } //nolint:containedctx // A body ends with its request.

func (b dripBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

func (dripBody) Close() error { return nil }

func TestTimeout_coversWholeAttempt(t *testing.T) {
	t.Parallel()
	const limit = 5 * time.Second
	for name, stalled := range map[string]roundTripper{
		"no response header": serve(unpodtest.Delay(time.Hour, unpodtest.HangUp)),
		"endless body":       drip,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				failed := wantFailure(t, fakeClient(t, stalled, timeout(limit)), &TimeoutError{limit})
				wantAttempts(t, failed, 1)
				if took := time.Since(started); took != gatherTime+limit {
					t.Errorf("ended after %s, want %s", took, gatherTime+limit)
				}
				var asked record
				failed = wantFailure(t, fakeClient(t, asked.of(stalled), timeout(limit), retries(2)), &TimeoutError{limit})
				wantAttempts(t, failed, 3)
				for n, gap := range asked.gaps() {
					if most := limit + minBackoff<<n; gap < limit+minBackoff<<n/2 || gap > most {
						t.Errorf("got %s between attempts, want the timeout and a backoff, at most %s", gap, most)
					}
				}
			})
		})
	}
}

// TestTimeout_coversHandshake connects to a server that never answers a TLS
// handshake. The handshake's time limit and the attempt's pass together, so many
// reads show that either is a timeout.
func TestTimeout_coversHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		options := testOptions(t, "https://unpod.example")
		options.RequestTimeout = time.Second
		for range 100 {
			wantAttempts(t, wantFailure(t, pipes.client(t, options), &TimeoutError{time.Second}), 1)
			go drain(<-pipes.dialed)
		}
		<-time.After(time.Minute)
	})
}

func TestTimeout_isRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		late := unpodtest.Delay(6*time.Second, listOf("", 1))
		client := fakeClient(t, serve(sequence(late, listOf("", 2))), timeout(5*time.Second), retries(1))
		wantIDs(t, read(t, client), 2)
	})
}

// TestTimeout_doesNotLimitRead makes many attempts, each of which ends just in
// time.
func TestTimeout_doesNotLimitRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := sequence(unpodtest.HTML(500, ""), unpodtest.HTML(502, ""), unpodtest.HTML(503, ""), listOf("", 1))
		client := fakeClient(t, serve(unpodtest.Delay(4*time.Second, answer)), timeout(5*time.Second), retries(3))
		wantIDs(t, read(t, client), 1)
	})
}

// TestLog_hasNoOtherLines pins every line, so that nothing else reaches a log.
func TestLog_hasNoOtherLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			log   bytes.Buffer
			asked record
		)
		client := fakeClient(t, asked.of(serve(sequence(
			unpodtest.Header("Set-Cookie", canary, unpodtest.Throttled("3")),
			unpodtest.Delay(time.Hour, unpodtest.HangUp),
			unpodtest.Delay(1500*time.Millisecond, unpodtest.JSON(401, `{"message":"Token `+canary+`"}`)),
		))), timeout(5*time.Second), retries(2))
		if _, err := client.ProviderConfigurations(tflogtest.RootLogger(t.Context(), &log)); err == nil {
			t.Error("got no error, want one")
		}
		wantNoCanary(t, log.String())
		lines, err := tflogtest.MultilineJSONDecode(&log)
		if err != nil {
			t.Fatal(err)
		}
		want := wantLines(&asked)
		for i, line := range lines {
			if i < len(want) && !reflect.DeepEqual(line, want[i]) {
				t.Errorf("got line %d %v\nwant %v", i+1, line, want[i])
			}
		}
		if len(lines) != len(want) {
			t.Errorf("got %d lines, want %d", len(lines), len(want))
		}
	})
}

// wantLines returns the lines of a read that is throttled, times out and is
// unauthorized.
func wantLines(asked *record) []map[string]any {
	line := func(attempt int, more map[string]any) map[string]any {
		line := map[string]any{
			"@module": "provider", "method": "GET", "path": unpodtest.Path,
			"attempt": float64(attempt), "request_id": asked.requestIDs[attempt-1],
		}
		maps.Copy(line, more)
		return line
	}
	wait := asked.times[2].Sub(asked.times[1]) - 5*time.Second // The backoff is random.
	called, again := "Called the Unpod API", "Retrying the Unpod API request"
	return []map[string]any{
		line(1, map[string]any{"@level": "debug", "@message": called, "status": 429.0, "bytes": 87.0, "duration_ms": 0.0}),
		line(1, map[string]any{"@level": "warn", "@message": again, "reason": "status 429", "wait_ms": 3000.0}),
		line(2, map[string]any{"@level": "debug", "@message": called, "bytes": 0.0, "duration_ms": 5000.0}),
		line(2, map[string]any{"@level": "warn", "@message": again, "reason": "timeout", "wait_ms": float64(wait.Milliseconds())}),
		line(3, map[string]any{"@level": "debug", "@message": called, "status": 401.0, "bytes": 59.0, "duration_ms": 1500.0}),
	}
}

// TestStatus_countsWithBrokenBody gets errors whose bodies never end or break.
// The status counts, and the body costs no retry.
func TestStatus_countsWithBrokenBody(t *testing.T) {
	t.Parallel()
	partly := func(status int, rest error) roundTripper {
		return func(request *http.Request) (*http.Response, error) {
			response, err := serve(unpodtest.Header("Retry-After", "86400", unpodtest.JSON(status, `{"message":"No.","da`)))(request)
			response.Body = brokenBody{response.Body, rest}
			return response, err
		}
	}
	for name, test := range map[string]struct {
		transport roundTripper
		want      *StatusError
	}{
		"401 with an endless body": {
			func(request *http.Request) (*http.Response, error) {
				response, err := drip(request)
				response.StatusCode = http.StatusUnauthorized
				return response, err
			}, &StatusError{HTTPStatus: 401, Status: 401, BodyType: jsonBody},
		},
		"401 with a truncated body":           {partly(401, io.ErrUnexpectedEOF), &StatusError{HTTPStatus: 401, Status: 401, Message: "No.", BodyType: jsonBody, RetryAfter: 24 * time.Hour}},
		"429 for a day with a truncated body": {partly(429, io.ErrUnexpectedEOF), &StatusError{HTTPStatus: 429, Status: 429, Message: "No.", BodyType: jsonBody, RetryAfter: 24 * time.Hour}},
		"404 with a reset body":               {partly(404, operation("read", syscall.ECONNRESET)), &StatusError{HTTPStatus: 404, Status: 404, Message: "No.", BodyType: jsonBody, RetryAfter: 24 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				wantAttempts(t, wantFailure(t, fakeClient(t, test.transport, retries(4)), test.want), 1)
				if took := time.Since(started); took > gatherTime+maxErrorTime {
					t.Errorf("ended after %s, want at most %s", took, gatherTime+maxErrorTime)
				}
			})
		})
	}
}

// TestStatus_countsWithEndlessBody does the same over HTTP.
func TestStatus_countsWithEndlessBody(t *testing.T) {
	t.Parallel()
	server := startAPI(t)
	server.AnswerAlways(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		unpodtest.Drip(10*time.Millisecond)(w, r)
	})
	options := testOptions(t, server.URL)
	options.MaxRetries = 4
	_, err := New(options).ProviderConfigurations(t.Context())
	if status, ok := errors.AsType[*StatusError](err); !ok || status.HTTPStatus != 401 || len(server.Requests()) != 1 {
		t.Errorf("got error %v after %d requests, want a 401 after one", err, len(server.Requests()))
	}
}

// TestRetryAfter_countsFromResponseDate has servers whose clocks are off.
func TestRetryAfter_countsFromResponseDate(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": 2 * time.Minute, "behind": -2 * time.Minute, "by years": -24 * 365 * 30 * time.Hour} {
		for header, write := range map[string]func(time.Time) string{
			"Retry-After":       func(at time.Time) string { return at.UTC().Format(http.TimeFormat) },
			"X-RateLimit-Reset": func(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) },
		} {
			t.Run(header+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var asked record
					client := fakeClient(t, asked.of(serve(sequence(func(w http.ResponseWriter, r *http.Request) {
						theirs := time.Now().Add(skew)
						w.Header().Set("Date", theirs.UTC().Format(http.TimeFormat))
						unpodtest.Header(header, write(theirs.Add(30*time.Second)), unpodtest.JSON(429, `{}`))(w, r)
					}, listOf("", 1)))), retries(1))
					wantIDs(t, read(t, client), 1)
					wantWait(t, asked.gaps(), 30*time.Second)
				})
			})
		}
	}
}

// TestRateLimitReset_onlyFor429WithoutRetryAfter covers the cases in which the
// header does not count.
func TestRateLimitReset_onlyFor429WithoutRetryAfter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status     int
		retryAfter string
		reset      string
		want       time.Duration
	}{
		"with Retry-After":               {429, "7", "4000000000", 7 * time.Second},
		"another status":                 {503, "", "4000000000", jittered},
		"in the past":                    {429, "", "1", jittered},
		"not a number":                   {429, "", "soon", jittered},
		"with an invalid Retry-After":    {429, "soon", "1", jittered},
		"seconds instead of a Unix time": {429, "", "30", jittered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked record
				limited := unpodtest.Header("X-RateLimit-Reset", test.reset, unpodtest.Header("Retry-After", test.retryAfter, unpodtest.JSON(test.status, `{}`)))
				client := fakeClient(t, asked.of(serve(sequence(limited, listOf("", 1)))), retries(1))
				wantIDs(t, read(t, client), 1)
				wantWait(t, asked.gaps(), test.want)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Header("X-RateLimit-Reset", "9999999999999999", unpodtest.JSON(429, `{}`))), retries(1))
		failed, err := client.ProviderConfigurations(t.Context())
		var status *StatusError
		if !errors.As(err, &status) || status.RetryAfter < 24*time.Hour {
			t.Errorf("got %v and error %v, want a 429 that asks for more than a day", failed, err)
		}
	})
}
