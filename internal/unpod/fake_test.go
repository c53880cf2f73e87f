// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// latency is how long most fake servers take to respond.
const latency = 50 * time.Millisecond

// bubble runs a subtest in a synctest bubble, where waiting takes no time and the
// clock shows exactly how long it was.
func bubble(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// testOptions returns options without retries.
func testOptions(tb testing.TB, baseURL string) Options {
	tb.Helper()
	address, err := ParseBaseURL(baseURL)
	if err != nil {
		tb.Fatal(err)
	}
	token, err := ParseToken(canary)
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		BaseURL:        address,
		Token:          token,
		OrgHandle:      unpodtest.OrgHandle,
		RequestTimeout: time.Minute,
		UserAgent:      "Terraform/1.2.3 terraform-provider-unpod/4.5.6",
		Getenv:         func(string) string { return "" },
	}
}

func retries(n int) func(*Options) {
	return func(options *Options) { options.MaxRetries = n }
}

func timeoutAfter(limit time.Duration) func(*Options) {
	return func(options *Options) { options.RequestTimeout = limit }
}

// fakeClient returns a client whose requests stay in the process.
func fakeClient(tb testing.TB, rt http.RoundTripper, change ...func(*Options)) *Client {
	tb.Helper()
	options := testOptions(tb, "https://unpod.example")
	for _, f := range change {
		f(&options)
	}
	client := New(options)
	client.requester().transport = rt
	return client
}

func (c *Client) requester() *requester { return c.providerConfigurations.requester }

// dialWith makes a client open its connections with dial.
func dialWith(client *Client, dial func(context.Context, string, string) (net.Conn, error)) {
	transport, _ := client.requester().transport.(*http.Transport) // New makes no other.
	options := client.requester().options
	transport.DialContext = newTransport(nil, options.RequestTimeout, dial).DialContext
}

// readAlone reads without sharing and without retries, within a budget of bytes.
func (c *Client) readAlone(ctx context.Context, budget int64) ([]ProviderConfiguration, error) {
	l := newList(c.requester(), providerConfigurations)
	l.budget = budget
	for {
		elements, whole, err := l.next(ctx, attempt{number: 1})
		if err != nil || whole {
			return elements, err
		}
	}
}

// roundTripper responds without a network, so that the bubble controls the
// clock.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func failWith(err error) roundTripper {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// serve responds as a handler would over HTTP. If the handler hangs up, the
// connection ends. If the client gives up, it gets no response.
func serve(handler http.HandlerFunc) roundTripper {
	return func(request *http.Request) (reply *http.Response, err error) {
		defer func() {
			if panicked := recover(); panicked == http.ErrAbortHandler { //nolint:errorlint // Handlers panic with this very value.
				reply, err = nil, io.EOF
			} else if panicked != nil {
				panic(panicked)
			}
		}()
		recorder := httptest.NewRecorder()
		handler(recorder, request)
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		reply = recorder.Result()
		reply.ContentLength = int64(recorder.Body.Len())
		return reply, nil
	}
}

// inTurn gives one response after another and repeats the last.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		answer(w, r)
	}
}

// outage returns responses of a platform that is down.
func outage(count int) []http.HandlerFunc {
	return slices.Repeat([]http.HandlerFunc{unpodtest.HTML(http.StatusBadGateway, "")}, count)
}

// listOf responds with a page. It leaves out an empty count.
func listOf(count string, all ...int) http.HandlerFunc {
	elements := make([]string, len(all))
	for i, id := range all {
		elements[i] = fmt.Sprintf(`{"id":%d}`, id)
	}
	if count != "" {
		count = `"count":` + count + ","
	}
	return unpodtest.JSON(http.StatusOK, `{"status_code":200,`+count+`"data":[`+strings.Join(elements, ",")+`]}`)
}

// oneConfiguration is a minimal list with one element.
const oneConfiguration = `{"status_code":200,"data":[{"id":1}]}`

// sentRequests records the requests of a client.
type sentRequests struct {
	mu         sync.Mutex
	times      []time.Time
	requestIDs []string
}

func (s *sentRequests) by(next http.RoundTripper) roundTripper {
	return func(request *http.Request) (*http.Response, error) {
		s.mu.Lock()
		s.times = append(s.times, time.Now())
		s.requestIDs = append(s.requestIDs, request.Header.Get("X-Request-Id"))
		s.mu.Unlock()
		return next.RoundTrip(request)
	}
}

// wantRequests checks the number of requests.
func (s *sentRequests) wantRequests(t *testing.T, want int) {
	t.Helper()
	if got := len(s.times); got != want {
		t.Errorf("got %d requests, want %d", got, want)
	}
}

// wantWaits checks the waits between the requests. Each may be shorter by up to
// half, as jitter allows, unless it is exact.
func (s *sentRequests) wantWaits(t *testing.T, exact bool, want ...time.Duration) {
	t.Helper()
	s.wantRequests(t, len(want)+1)
	for i, most := range want[:min(len(want), len(s.times)-1)] {
		least := most
		if !exact {
			least /= 2
		}
		if wait := s.times[i+1].Sub(s.times[i]); wait < least || wait > most {
			t.Errorf("got a wait of %s before request %d, want %s to %s", wait, i+2, least, most)
		}
	}
}
