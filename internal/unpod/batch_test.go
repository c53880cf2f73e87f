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

// latency is how long the organization of these tests takes to answer.
const latency = 50 * time.Millisecond

// organization answers with as many configurations as it had when it was asked.
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

// TestGathering begins reads at different times, and checks how many
// configurations each sees of an organization that has one more every 10 ms: at
// least those that it had when the read began.
func TestGathering(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		begin        []time.Duration
		want         []int
		wantRequests int
	}{
		"one":                  {[]time.Duration{0}, []int{1}, 1},
		"at once":              {[]time.Duration{0, 0, 0, 0}, []int{1, 1, 1, 1}, 1},
		"within the window":    {[]time.Duration{0, time.Millisecond, 2 * time.Millisecond}, []int{1, 1, 1}, 1},
		"before an answer":     {[]time.Duration{0, 12 * time.Millisecond}, []int{1, 2}, 2},
		"just after a request": {[]time.Duration{8 * time.Millisecond, 11*time.Millisecond + 1}, []int{2, 2}, 2},
		"windows overlap":      {[]time.Duration{0, 15 * time.Millisecond, 25 * time.Millisecond, 16 * time.Millisecond}, []int{1, 2, 3, 2}, 3},
		"after an answer":      {[]time.Duration{0, 65 * time.Millisecond}, []int{1, 7}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := &organization{has: 1}
				client := gatheringClient(t, org.answer)
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

// readAsOf reads when there are so many configurations, for no longer than the
// window and the answer take.
func readAsOf(t *testing.T, client *Client, want int) {
	t.Helper()
	started := time.Now()
	if got := len(read(t, client)); got != want {
		t.Errorf("got %d configurations, want %d", got, want)
	}
	if took := time.Since(started); took > gatherTime+latency {
		t.Errorf("got a wait of %s, want at most %s", took, gatherTime+latency)
	}
}

// TestGatheringAgain has those who shared a request read again at once, as
// Terraform does, and checks that they share the next.
func TestGatheringAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rounds = 100
		org := &organization{has: 1}
		client := gatheringClient(t, org.answer)
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

// TestGatheringDecodesOnce checks that those who share a request share the list
// as well.
func TestGatheringDecodesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := gatheringClient(t, listOf("", 1))
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

// TestGatheringOfOneClient checks that two providers, which may be those of two
// organizations, never share.
func TestGatheringOfOneClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, other := gatheringClient(t, listOf("", 1)), gatheringClient(t, listOf("", 2))
		var readers sync.WaitGroup
		readers.Go(func() { wantIDs(t, read(t, one), 1) })
		readers.Go(func() { wantIDs(t, read(t, other), 2) })
		readers.Wait()
	})
}

// TestGatheringSharesErrors checks that an error goes to those who shared the
// request, and no further.
func TestGatheringSharesErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := gatheringClient(t, sequence(unpodtest.JSON(http.StatusUnauthorized, `{"message":"Invalid token."}`), listOf("", 1)))
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

// TestGivingUpWhileOthersWait cancels some of the reads that share a request, at
// different times.
func TestGivingUpWhileOthersWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// cancel is when each of the reads is given up, 0 if it is not.
		cancel       []time.Duration
		wantRequests int
	}{
		"the first, in the window":  {[]time.Duration{time.Millisecond, 0}, 1},
		"the second, in the window": {[]time.Duration{0, time.Millisecond}, 1},
		"the first, in the request": {[]time.Duration{20 * time.Millisecond, 0}, 1},
		"all but one":               {[]time.Duration{time.Millisecond, 20 * time.Millisecond, 0, 20 * time.Millisecond}, 1},
		"all, in the window":        {[]time.Duration{time.Millisecond, 2 * time.Millisecond}, 0},
		"all, in the request":       {[]time.Duration{time.Millisecond, 20 * time.Millisecond}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := &organization{has: 1}
				client := gatheringClient(t, org.answer)
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

// readUntil gives a read up after a time, if it is not 0. It must end at once.
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
	_ = wantReason(t, got, err, context.DeadlineExceeded) // Its attempts are other tests' matter.
	if took := time.Since(started); took != cancelAfter {
		t.Errorf("got an end after %s, want %s", took, cancelAfter)
	}
}

// TestReadWhileAllGiveUp begins a read in the window of a call, just as the only
// other read gives it up.
func TestReadWhileAllGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 1000 { // Which of the two is first is up to chance.
			client := gatheringClient(t, listOf("", 1))
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

// TestRead_cancelledGetsNoAnswer cancels a read whose answer is there already.
func TestRead_cancelledGetsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 100 { // Which of the two a select sees first is up to chance.
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

// A root module with many look-ups reads this often, as many at a time as
// Terraform does by default.
const (
	readsAtOnce = 10
	hundred     = 100
)

// TestHundredReads makes a hundred reads, and counts what the platform sees of
// them.
func TestHundredReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, pipes := &organization{has: 1}, newNetwork()
		server := org.serve(pipes)
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		readHundred(t, client.ProviderConfigurations, 1)
		if dialled := pipes.dials.Load(); org.requests > 40 || dialled > 10 {
			t.Errorf("got %d requests on %d connections, want 40 on 10 at the most", org.requests, dialled)
		}
		t.Logf("%d reads were %d requests on %d connections", hundred, org.requests, pipes.dials.Load())
		<-time.After(5 * time.Minute) // until the connections that are kept have ended
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkHundredReads makes the same reads as they are made, and with a request
// for each, of an organization that has as many configurations as any has.
func BenchmarkHundredReads(b *testing.B) {
	for name, read := range map[string]func(*Client) readFunc{
		"shared":   func(c *Client) readFunc { return c.ProviderConfigurations },
		"unshared": func(c *Client) readFunc { return c.readAlone },
	} {
		b.Run(name, func(b *testing.B) {
			org, pipes := &organization{has: hundred}, newNetwork()
			server := org.serve(pipes)
			defer func() { _ = server.Close() }() // Nothing is left to say.
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

// serve answers on the network until the server is closed.
func (o *organization) serve(pipes *network) *http.Server {
	server := &http.Server{Handler: http.HandlerFunc(o.answer), ReadHeaderTimeout: time.Hour}
	go func() { _ = server.Serve(pipes) }() // It ends with ErrServerClosed.
	return server
}

// readHundred makes a hundred reads of a list with so many elements. Those that begin together do so within a
// few milliseconds, as Terraform's do.
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
