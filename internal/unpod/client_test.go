// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestProviderConfigurations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		configurations []unpodtest.Configuration
		want           []ProviderConfiguration
	}{
		"documented": {
			unpodtest.Documented(),
			[]ProviderConfiguration{
				{42, new("twilio"), new("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), new("2026-02-07T10:00:00Z")},
				{43, new("plivo"), new("MAyyyyyyyyyyyyyyyyyyyyyyy"), new("2026-02-10T09:00:00Z")},
			},
		},
		"null and empty": {
			[]unpodtest.Configuration{{ID: 1}, {ID: 2, Provider: new(""), AccountSID: new(""), CreatedAt: new("")}},
			[]ProviderConfiguration{{ID: 1}, {2, new(""), new(""), new("")}},
		},
		"sorted": {
			[]unpodtest.Configuration{{ID: 9}, {ID: 10}, {ID: -3}, {ID: 0}, {ID: 2}},
			[]ProviderConfiguration{{ID: -3}, {ID: 0}, {ID: 2}, {ID: 9}, {ID: 10}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t, test.configurations...)
			if got := read(t, New(testOptions(t, server.URL))); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if requests := server.Requests(); len(requests) != 1 {
				t.Errorf("got %d requests, want 1", len(requests))
			}
		})
	}
}

func TestProviderConfigurations_empty(t *testing.T) {
	t.Parallel()
	set := func(settings unpodtest.Settings) func(*unpodtest.API) {
		return func(api *unpodtest.API) { api.Set(func(s *unpodtest.Settings) { *s = settings }) }
	}
	for name, prepare := range map[string]func(*unpodtest.API){
		"list":                set(unpodtest.Settings{}),
		"object":              set(unpodtest.Settings{EmptyObject: true}),
		"list with a count":   set(unpodtest.Settings{Pages: true}),
		"object with a count": set(unpodtest.Settings{EmptyObject: true, Pages: true}),
		"object with whitespace": func(api *unpodtest.API) {
			api.AnswerAlways(unpodtest.JSON(http.StatusOK, "{\"data\" :\t{ \r\n} }"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t)
			prepare(server.API)
			wantIDs(t, read(t, New(testOptions(t, server.URL))))
		})
	}
}

func TestRequest_methodPathAndHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ prefix, wantPath string }{
		"no prefix":                  {"", unpodtest.Path},
		"prefix":                     {"/self/hosted", "/self/hosted" + unpodtest.Path},
		"prefix with trailing slash": {"/self/hosted/", "/self/hosted" + unpodtest.Path},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t)
			server.AnswerAlways(unpodtest.JSON(http.StatusOK, oneConfiguration))
			read(t, New(testOptions(t, server.URL+test.prefix)))
			request := server.Requests()[0]
			if request.Method != http.MethodGet || request.Path != test.wantPath || len(request.Query) > 0 {
				t.Errorf("got %s %s?%s, want GET %s", request.Method, request.Path, request.Query.Encode(), test.wantPath)
			}
			wantHeaders(t, request.Header)
		})
	}
}

// TestClient_concurrentReads is meant for the race detector.
func TestClient_concurrentReads(t *testing.T) {
	t.Parallel()
	server := startAPI(t, configurations(25)...)
	server.Set(func(s *unpodtest.Settings) { s.Pages = true })
	client := New(testOptions(t, server.URL))
	want := read(t, client)

	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			got, err := client.ProviderConfigurations(t.Context())
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v and error %v, want %v", ids(got), err, ids(want))
			}
		})
	}
	readers.Wait()

	seen := map[string]bool{}
	for _, request := range server.Requests() {
		seen[request.Header.Get("X-Request-Id")] = true
	}
	if want := len(server.Requests()); len(seen) != want {
		t.Errorf("got %d different request IDs, want %d", len(seen), want)
	}
}

type leakTest struct {
	handler     http.HandlerFunc
	cancelAfter time.Duration
}

var leakTests = map[string]leakTest{
	"success":                    {handler: unpodtest.JSON(http.StatusOK, oneConfiguration)},
	"server error":               {handler: unpodtest.HTML(http.StatusBadGateway, "<h1>Bad Gateway</h1>")},
	"unauthorized":               {handler: unpodtest.JSON(http.StatusUnauthorized, `{"message":"Invalid token."}`)},
	"redirect":                   {handler: unpodtest.Redirect(http.StatusFound, "https://other.example/")},
	"connection closed":          {handler: unpodtest.HangUp},
	"truncated body":             {handler: unpodtest.BreakOff(oneConfiguration)},
	"endless body":               {handler: endless},
	"endless error body":         {handler: endlessError},
	"timeout before the header":  {handler: unpodtest.Delay(time.Hour, unpodtest.HangUp)},
	"timeout in the body":        {handler: unpodtest.Drip(time.Second)},
	"canceled during an attempt": {handler: unpodtest.Delay(time.Hour, unpodtest.HangUp), cancelAfter: time.Second},
	"canceled in the body":       {handler: unpodtest.Drip(time.Second), cancelAfter: 3 * time.Second},
	"canceled while waiting":     {handler: unpodtest.Throttled("30"), cancelAfter: time.Second},
}

// endlessError sends an error with an endless body.
func endlessError(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusForbidden)
	endless(w, r)
}

// endless sends an endless body.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	blanks := []byte(strings.Repeat(" ", 1<<20))
	for {
		if _, err := w.Write(blanks); err != nil {
			return
		}
	}
}

// TestClient_leaksNothing checks that a read leaves only idle connections
// behind, which close later. The bubble fails if a goroutine is left.
func TestClient_leaksNothing(t *testing.T) {
	t.Parallel()
	for name, test := range leakTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				pipes := newNetwork()
				server := &http.Server{Handler: test.handler, ReadHeaderTimeout: time.Hour}
				go func() { _ = server.Serve(pipes) }() // It returns ErrServerClosed.
				readAndLeave(t, pipes, test.cancelAfter, "http://unpod.example")
				if err := server.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestClient_leaksNoStalledHandshake connects to a server that accepts the
// connection and then stays silent. net/http goes on connecting after an attempt
// has timed out, so the attempt's own timeout is not enough.
func TestClient_leaksNoStalledHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		var connections []net.Conn
		go func() {
			for {
				connection, err := pipes.Accept()
				if err != nil {
					return
				}
				connections = append(connections, connection)
				go drain(connection)
			}
		}()
		readAndLeave(t, pipes, 0, "https://unpod.example")
		for _, connection := range connections {
			_ = connection.Close() // The bubble can end even if the client leaks.
		}
		_ = pipes.Close() // It cannot fail.
	})
}

// TestClient_reusesConnections makes as many concurrent requests as Terraform
// does, several times. It bypasses the flights, since consecutive reads share no
// request.
func TestClient_reusesConnections(t *testing.T) {
	t.Parallel()
	const atOnce = 10
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		server := &http.Server{Handler: unpodtest.Delay(time.Second, listOf("", 1)), ReadHeaderTimeout: time.Hour}
		go func() { _ = server.Serve(pipes) }() // It returns ErrServerClosed.
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		for range 3 {
			var readers sync.WaitGroup
			for range atOnce {
				readers.Go(func() {
					if _, err := client.readAlone(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			readers.Wait()
		}
		if dials := pipes.dials.Load(); dials != atOnce {
			t.Errorf("got %d connections, want %d", dials, atOnce)
		}
		<-time.After(5 * time.Minute) // Idle connections are closed by then.
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// readAndLeave reads once, waits for longer than anything may last, and checks
// that every connection is closed.
func readAndLeave(t *testing.T, pipes *network, cancelAfter time.Duration, baseURL string) {
	t.Helper()
	options := testOptions(t, baseURL)
	options.RequestTimeout, options.MaxRetries = 10*time.Second, 2
	client := pipes.client(t, options)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if cancelAfter > 0 {
		time.AfterFunc(cancelAfter, cancel)
	}
	_, err := client.ProviderConfigurations(ctx)
	if cancelAfter > 0 != errors.Is(err, context.Canceled) {
		t.Errorf("got error %v with a cancellation after %s (0s: none)", err, cancelAfter)
	}
	<-time.After(5 * time.Minute)
	synctest.Wait()
	if open := pipes.open.Load(); open != 0 {
		t.Errorf("got %d open connections, want 0", open)
	}
}

// TestClient_leavesNoBusyConnection does the same over TCP, where only the
// server sees what is left.
func TestClient_leavesNoBusyConnection(t *testing.T) {
	t.Parallel()
	var (
		mu   sync.Mutex
		busy = map[net.Conn]bool{}
	)
	server := httptest.NewUnstartedServer(unpodtest.Drip(10 * time.Millisecond))
	server.Config.ConnState = func(connection net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		busy[connection] = state == http.StateNew || state == http.StateActive
	}
	server.Start()
	t.Cleanup(server.Close)

	options := testOptions(t, server.URL)
	options.RequestTimeout = 50 * time.Millisecond
	client := New(options)
	var readers sync.WaitGroup
	for range 10 {
		readers.Go(func() { wantAttempts(t, wantFailure(t, client, &TimeoutError{50 * time.Millisecond}), 1) })
	}
	readers.Wait()
	eventually(t, "no busy connection", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for _, is := range busy {
			if is {
				return false
			}
		}
		return len(busy) > 0
	})
}

// eventually waits until a condition holds. Its limit suits the slowest machine.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("timed out waiting for %s", what)
		}
	}
}

func TestOptions_deadlineDoesNotOverflow(t *testing.T) {
	t.Parallel()
	if got := (Options{RequestTimeout: math.MaxInt64, MaxRetries: 10}).deadline(); got < time.Hour {
		t.Errorf("got a deadline after %s", got)
	}
}
