// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// latency is how long the organization takes to respond.
const latency = 50 * time.Millisecond

// organization is a fake API that lists as many configurations as it had when
// the request arrived.
type organization struct {
	mu       sync.Mutex
	has      int
	requests int
}

func (o *organization) answer(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.requests++
	has := make([]int, o.has)
	o.mu.Unlock()
	for i := range has {
		has[i] = i + 1
	}
	unpodtest.Delay(latency, listOf("", has...))(w, r)
}

// grow adds a configuration every 10 ms, ten times.
func (o *organization) grow() {
	for range 10 {
		<-time.After(10 * time.Millisecond)
		o.mu.Lock()
		o.has++
		o.mu.Unlock()
	}
}

// TestBatcher_readsAreFresh starts reads at different times while an
// organization gains a configuration every 10 ms. Each read must see at least
// those that existed when it started.
func TestBatcher_readsAreFresh(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		begin        []time.Duration
		want         []int
		wantRequests int
	}{
		"one read":               {[]time.Duration{0}, []int{1}, 1},
		"concurrent reads":       {[]time.Duration{0, 0, 0, 0}, []int{1, 1, 1, 1}, 1},
		"within the window":      {[]time.Duration{0, time.Millisecond, 2 * time.Millisecond}, []int{1, 1, 1}, 1},
		"before the response":    {[]time.Duration{0, 12 * time.Millisecond}, []int{1, 2}, 2},
		"just after the request": {[]time.Duration{8 * time.Millisecond, 11*time.Millisecond + 1}, []int{2, 2}, 2},
		"overlapping windows":    {[]time.Duration{0, 15 * time.Millisecond, 25 * time.Millisecond, 16 * time.Millisecond}, []int{1, 2, 3, 2}, 3},
		"after the response":     {[]time.Duration{0, 65 * time.Millisecond}, []int{1, 7}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := &organization{has: 1}
				client := batchingClient(t, org.answer)
				var readers sync.WaitGroup
				readers.Go(org.grow)
				for i, begin := range test.begin {
					readers.Go(func() {
						<-time.After(begin)
						readAsOf(t, client, test.want[i])
					})
				}
				readers.Wait()
				if org.requests != test.wantRequests {
					t.Errorf("got %d requests, want %d", org.requests, test.wantRequests)
				}
			})
		})
	}
}

// readAsOf expects a list of this length, without waiting for longer than the
// window and the latency.
func readAsOf(t *testing.T, client *Client, want int) {
	t.Helper()
	started := time.Now()
	if got := len(read(t, client)); got != want {
		t.Errorf("got %d configurations, want %d", got, want)
	}
	if took := time.Since(started); took > gatherTime+latency {
		t.Errorf("waited %s, want at most %s", took, gatherTime+latency)
	}
}

// TestBatcher_coalescesRepeatedReads reads again as soon as a shared list
// arrives, as Terraform does. The repeated reads must share the next request.
func TestBatcher_coalescesRepeatedReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rounds = 100
		org := &organization{has: 1}
		client := batchingClient(t, org.answer)
		var readers sync.WaitGroup
		for range readsAtOnce {
			readers.Go(func() {
				for range rounds {
					wantIDs(t, read(t, client), 1)
				}
			})
		}
		readers.Wait()
		if org.requests != rounds {
			t.Errorf("got %d requests, want %d", org.requests, rounds)
		}
	})
}

func TestBatcher_decodesSharedListOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := batchingClient(t, listOf("", 1))
		var one, other []ProviderConfiguration
		var readers sync.WaitGroup
		readers.Go(func() { one = read(t, client) })
		readers.Go(func() { other = read(t, client) })
		readers.Wait()
		if &one[0] != &other[0] {
			t.Error("got two lists, want one")
		}
	})
}

// TestBatcher_neverSharesAcrossClients reads with two clients, which may belong
// to different organizations.
func TestBatcher_neverSharesAcrossClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, other := batchingClient(t, listOf("", 1)), batchingClient(t, listOf("", 2))
		var readers sync.WaitGroup
		readers.Go(func() { wantIDs(t, read(t, one), 1) })
		readers.Go(func() { wantIDs(t, read(t, other), 2) })
		readers.Wait()
	})
}

// TestBatcher_sharesErrors checks that an error reaches only the reads that
// shared the request.
func TestBatcher_sharesErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := batchingClient(t, sequence(unpodtest.JSON(http.StatusUnauthorized, `{"message":"Invalid token."}`), listOf("", 1)))
		var readers sync.WaitGroup
		for range 2 {
			readers.Go(func() {
				wantAttempts(t, wantFailure(t, client, &StatusError{HTTPStatus: 401, Status: 401, Message: "Invalid token.", BodyType: jsonBody}), 1)
			})
		}
		readers.Wait()
		wantIDs(t, read(t, client), 1)
	})
}

// TestBatcher_canceledReadDoesNotAffectOthers cancels some of the reads that
// share a request.
func TestBatcher_canceledReadDoesNotAffectOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// cancel is when to cancel each read, 0 for never.
		cancel       []time.Duration
		wantRequests int
	}{
		"first read, in the window":      {[]time.Duration{time.Millisecond, 0}, 1},
		"second read, in the window":     {[]time.Duration{0, time.Millisecond}, 1},
		"first read, during the request": {[]time.Duration{20 * time.Millisecond, 0}, 1},
		"all reads but one":              {[]time.Duration{time.Millisecond, 20 * time.Millisecond, 0, 20 * time.Millisecond}, 1},
		"all reads, in the window":       {[]time.Duration{time.Millisecond, 2 * time.Millisecond}, 0},
		"all reads, during the request":  {[]time.Duration{time.Millisecond, 20 * time.Millisecond}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := &organization{has: 1}
				client := batchingClient(t, org.answer)
				var readers sync.WaitGroup
				for _, cancelAfter := range test.cancel {
					readers.Go(func() { readUntil(t, client, cancelAfter) })
				}
				readers.Wait()
				if org.requests != test.wantRequests {
					t.Errorf("got %d requests, want %d", org.requests, test.wantRequests)
				}
			})
		})
	}
}

// readUntil cancels its read after a time, unless that is 0. The read must end
// at once.
func readUntil(t *testing.T, client *Client, cancelAfter time.Duration) {
	t.Helper()
	if cancelAfter == 0 {
		wantIDs(t, read(t, client), 1)
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), cancelAfter)
	defer cancel()
	started := time.Now()
	got, err := client.ProviderConfigurations(ctx)
	_ = wantReason(t, got, err, context.DeadlineExceeded) // Other tests check the attempts.
	if took := time.Since(started); took != cancelAfter {
		t.Errorf("ended after %s, want %s", took, cancelAfter)
	}
}

// TestBatcher_readJoinsWhileOthersLeave starts a read in the window of a batch,
// just as its only other read is canceled.
func TestBatcher_readJoinsWhileOthersLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 1000 { // The order is random.
			client := batchingClient(t, listOf("", 1))
			var readers sync.WaitGroup
			readers.Go(func() { readUntil(t, client, time.Millisecond) })
			readers.Go(func() {
				<-time.After(time.Millisecond)
				wantIDs(t, read(t, client), 1)
			})
			readers.Wait()
		}
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
			got, err := client.ProviderConfigurations(ctx)
			wantAttempts(t, wantReason(t, got, err, context.Canceled), 1)
		}
	})
}

// A root module with many lookups makes a hundred reads, with Terraform's
// default parallelism.
const (
	readsAtOnce = 10
	hundred     = 100
)

func TestBatcher_coalescesHundredReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, pipes := &organization{has: 1}, newNetwork()
		server := org.serve(pipes)
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		readHundred(t, client.ProviderConfigurations, 1)
		if dialed := pipes.dials.Load(); org.requests > 40 || dialed > 10 {
			t.Errorf("got %d requests on %d connections, want at most 40 on 10", org.requests, dialed)
		}
		t.Logf("%d reads were %d requests on %d connections", hundred, org.requests, pipes.dials.Load())
		<-time.After(5 * time.Minute) // Idle connections are closed by then.
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkHundredReads compares shared requests with a request for each read,
// on a long list.
func BenchmarkHundredReads(b *testing.B) {
	for name, read := range map[string]func(*Client) readFunc{
		"shared":   func(c *Client) readFunc { return c.ProviderConfigurations },
		"unshared": func(c *Client) readFunc { return c.readAlone },
	} {
		b.Run(name, func(b *testing.B) {
			org, pipes := &organization{has: hundred}, newNetwork()
			server := org.serve(pipes)
			defer func() { _ = server.Close() }() // The benchmark is over.
			client := pipes.client(b, testOptions(b, "http://unpod.example"))
			for b.Loop() {
				readHundred(b, read(client), hundred)
			}
			b.ReportMetric(float64(org.requests)/float64(b.N), "requests/op")
			b.ReportMetric(float64(pipes.dials.Load()), "connections")
		})
	}
}

type readFunc func(context.Context) ([]ProviderConfiguration, error)

// serve responds on the network until the server is closed.
func (o *organization) serve(pipes *network) *http.Server {
	server := &http.Server{Handler: http.HandlerFunc(o.answer), ReadHeaderTimeout: time.Hour}
	go func() { _ = server.Serve(pipes) }() // It returns ErrServerClosed.
	return server
}

// readHundred makes a hundred reads and expects lists of this length. Concurrent
// reads start within a few milliseconds, as Terraform's do.
func readHundred(tb testing.TB, read readFunc, want int) {
	tb.Helper()
	var readers sync.WaitGroup
	for reader := range readsAtOnce {
		readers.Go(func() {
			<-time.After(time.Duration(reader) * time.Millisecond)
			for range hundred / readsAtOnce {
				if got, err := read(tb.Context()); err != nil || len(got) != want {
					tb.Errorf("got %d configurations and error %v, want %d", len(got), err, want)
				}
			}
		})
	}
	readers.Wait()
}
