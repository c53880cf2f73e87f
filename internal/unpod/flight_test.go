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

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

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

// TestFlight_readsAreFresh starts reads at different times while an
// organization gains a configuration every 10 ms. Each read must see at least
// those that existed when it started.
func TestFlight_readsAreFresh(t *testing.T) {
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
		"just after the request": {[]time.Duration{8 * time.Millisecond, 8*time.Millisecond + gatherTime + 1}, []int{2, 2}, 2},
		"overlapping windows":    {[]time.Duration{0, 12 * time.Millisecond, 22 * time.Millisecond, 13 * time.Millisecond}, []int{1, 2, 3, 2}, 3},
		"after the response":     {[]time.Duration{0, 62 * time.Millisecond}, []int{1, 7}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := &organization{has: 1}
				client := fakeClient(t, serve(org.answer))
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

// TestFlight_coalescesRepeatedReads reads again as soon as a shared list
// arrives, as Terraform does. The repeated reads must share the next request.
func TestFlight_coalescesRepeatedReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rounds = 100
		org := &organization{has: 1}
		client := fakeClient(t, serve(org.answer))
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

func TestFlight_decodesSharedListOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(listOf("", 1)))
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

// TestFlight_neverSharesAcrossClients reads with two clients, which may belong
// to different organizations.
func TestFlight_neverSharesAcrossClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, other := fakeClient(t, serve(listOf("", 1))), fakeClient(t, serve(listOf("", 2)))
		var readers sync.WaitGroup
		readers.Go(func() { wantIDs(t, read(t, one), 1) })
		readers.Go(func() { wantIDs(t, read(t, other), 2) })
		readers.Wait()
	})
}

// TestFlight_sharesErrors checks that an error reaches only the reads that
// shared the request.
func TestFlight_sharesErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(sequence(unpodtest.JSON(http.StatusUnauthorized, `{"message":"Invalid token."}`), listOf("", 1))))
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

// TestFlight_canceledReadDoesNotAffectOthers cancels some of the reads that
// share a request.
func TestFlight_canceledReadDoesNotAffectOthers(t *testing.T) {
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
				client := fakeClient(t, serve(org.answer))
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

// TestFlight_readJoinsWhileOthersLeave starts a read in the window of a flight,
// just as its only other read is canceled.
func TestFlight_readJoinsWhileOthersLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 1000 { // The order is random.
			client := fakeClient(t, serve(listOf("", 1)))
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

// TestFlight_readsDoNotQueue starts a read while another one's request is in
// flight. It must not wait for that response.
func TestFlight_readsDoNotQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Delay(2*time.Second, listOf("", 1))))
		staggered(2, time.Second, func(int) {
			started := time.Now()
			wantIDs(t, read(t, client), 1)
			if took := time.Since(started); took != gatherTime+2*time.Second {
				t.Errorf("took %s, want %s", took, gatherTime+2*time.Second)
			}
		})
	})
}

// TestFlight_joiningReadGetsAllAttempts has a read join a flight before its last
// retry. The retry stays when it is, and is the first of three attempts.
func TestFlight_joiningReadGetsAllAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(unpodtest.HTML(http.StatusBadGateway, ""))), retries(2))
		fail := func() {
			failed := wantFailure(t, client, &StatusError{HTTPStatus: 502, Status: 502, BodyType: BodyType{true, "text/html"}})
			wantAttempts(t, failed, 3)
			if last := asked.requestIDs[len(asked.requestIDs)-1]; failed.RequestID != last {
				t.Errorf("got request ID %s, want %s, the last", failed.RequestID, last)
			}
		}
		var readers sync.WaitGroup
		readers.Go(fail)
		<-time.After(gatherTime + minBackoff + time.Millisecond) // Between the second attempt and the third.
		readers.Go(fail)
		readers.Wait()
		want := []time.Duration{minBackoff, 2 * minBackoff, minBackoff, 2 * minBackoff}
		gaps := asked.gaps()
		if len(gaps) != len(want) {
			t.Fatalf("got waits of %s, want %d", gaps, len(want))
		}
		for i, gap := range gaps {
			if gap < want[i]/2 || gap > want[i] {
				t.Errorf("got a wait of %s before retry %d, want %s to %s", gap, i+1, want[i]/2, want[i])
			}
		}
	})
}

// TestFlight_countsAttemptsSinceLastJoin has a read join while a flight waits for
// its retry, and cancels both before that.
func TestFlight_countsAttemptsSinceLastJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Throttled("30")), retries(2))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		staggered(2, time.Second, func(int) {
			got, err := client.ProviderConfigurations(ctx)
			if failed := wantReason(t, got, err, context.Canceled); failed.Attempts != 0 || failed.RequestID != "" {
				t.Errorf("got %d attempts and request ID %q, want none since the second read joined", failed.Attempts, failed.RequestID)
			}
		})
	})
}

// TestFlight_joinsTheOneThatOpenedLast has two flights wait for a retry, the later
// one for a shorter time. They do not merge.
func TestFlight_joinsTheOneThatOpenedLast(t *testing.T) {
	t.Parallel()
	busy := func(seconds string) http.HandlerFunc {
		return unpodtest.Header("Retry-After", seconds, unpodtest.HTML(http.StatusServiceUnavailable, ""))
	}
	synctest.Test(t, func(t *testing.T) {
		answers := sequence(busy("20"), busy("10"), listOf("", 1), listOf("", 2))
		client := fakeClient(t, serve(unpodtest.Delay(time.Second, answers)), retries(1))
		started := time.Now()
		var readers sync.WaitGroup
		for at, want := range map[time.Duration]struct {
			id    int64
			after time.Duration
		}{
			0:                      {2, 22 * time.Second},
			500 * time.Millisecond: {1, 12*time.Second + 500*time.Millisecond},
			5 * time.Second:        {1, 12*time.Second + 500*time.Millisecond},
			11 * time.Second:       {1, 12*time.Second + 500*time.Millisecond},
			15 * time.Second:       {2, 22 * time.Second},
		} {
			readers.Go(func() {
				<-time.After(at)
				wantIDs(t, read(t, client), want.id)
				if took := time.Since(started); took != gatherTime+want.after {
					t.Errorf("the read at %s ended after %s, want %s", at, took, gatherTime+want.after)
				}
			})
		}
		readers.Wait()
	})
}

// TestFlight_cannotBeJoinedOnceAbandoned has the only read leave during a request
// that fails. While the flight logs that, another read begins.
func TestFlight_cannotBeJoinedOnceAbandoned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		first := true
		client := fakeClient(t, roundTripper(func(request *http.Request) (*http.Response, error) {
			if !first {
				return serve(listOf("", 1))(request)
			}
			first = false
			cancel()
			<-time.After(time.Millisecond) // The read leaves.
			return serve(unpodtest.HTML(http.StatusBadGateway, ""))(request.WithContext(t.Context()))
		}), retries(1))
		log := stuckLog(make(chan struct{}))
		defer close(log)
		got, err := client.ProviderConfigurations(tflogtest.RootLogger(ctx, log))
		wantAttempts(t, wantReason(t, got, err, context.Canceled), 1)
		<-time.After(time.Second) // The flight logs the failure.
		wantIDs(t, read(t, client), 1)
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

func TestFlight_coalescesHundredReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, pipes := &organization{has: 1}, newNetwork()
		server := org.serve(pipes)
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		readHundred(t, client, 1)
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

// serve responds on the network until the server is closed.
func (o *organization) serve(pipes *network) *http.Server {
	server := &http.Server{Handler: http.HandlerFunc(o.answer), ReadHeaderTimeout: time.Hour}
	go func() { _ = server.Serve(pipes) }() // It returns ErrServerClosed.
	return server
}

// readHundred makes a hundred reads and expects lists of this length. Concurrent
// reads start within a few milliseconds, as Terraform's do.
func readHundred(t *testing.T, client *Client, want int) {
	t.Helper()
	var readers sync.WaitGroup
	for reader := range readsAtOnce {
		readers.Go(func() {
			<-time.After(time.Duration(reader) * time.Millisecond)
			for range hundred / readsAtOnce {
				if got := read(t, client); len(got) != want {
					t.Errorf("got %d configurations, want %d", len(got), want)
				}
			}
		})
	}
	readers.Wait()
}
