// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// Every test here runs in a synctest bubble, where waiting takes no time and the
// clock shows exactly how long it was.

// defaultRetries is the default of max_retries.
const defaultRetries = 4

// rateLimit allows one request in each period, and throttles the others as the
// platform does.
func rateLimit(period time.Duration, answer http.HandlerFunc) http.HandlerFunc {
	var (
		mu   sync.Mutex
		next time.Time
	)
	return unpodtest.Delay(latency, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		left := time.Until(next)
		if left <= 0 {
			next = time.Now().Add(period)
		}
		mu.Unlock()
		if left > 0 {
			answer := unpodtest.Throttled(strconv.Itoa(int((left + time.Second - 1) / time.Second)))
			answer(w, r)
			return
		}
		answer(w, r)
	})
}

// failures returns responses of a platform that is down.
func failures(count int) []http.HandlerFunc {
	return slices.Repeat([]http.HandlerFunc{unpodtest.HTML(http.StatusBadGateway, "")}, count)
}

// inRounds makes ten reads at a time, as Terraform does. Each round starts once
// the one before has ended.
func inRounds(rounds int, read func()) {
	for range rounds {
		var readers sync.WaitGroup
		for range readsAtOnce {
			readers.Go(read)
		}
		readers.Wait()
	}
}

// soon waits for a random time, up to most.
func soon(most time.Duration) { <-time.After(rand.N(most)) } //nolint:gosec // Any time will do.

// staggered starts reads at regular intervals, whether the earlier ones have
// ended or not.
func staggered(count int, gap time.Duration, read func(i int)) {
	var readers sync.WaitGroup
	for i := range count {
		readers.Go(func() {
			<-time.After(time.Duration(i) * gap)
			read(i)
		})
	}
	readers.Wait()
}

// TestThrottling_coalescesReads counts the requests of many reads that a server
// throttles.
func TestThrottling_coalescesReads(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		period       time.Duration
		reads        func(read func())
		wantRequests int
		wantWithin   time.Duration
	}{
		"8 lookups 0.3 s apart, one request in 4 s": {
			4 * time.Second, func(read func()) { staggered(8, 300*time.Millisecond, func(int) { read() }) }, 8, time.Minute,
		},
		"10 reads within a second, one request in 30 s": {
			30 * time.Second, func(read func()) { staggered(10, 100*time.Millisecond, func(int) { read() }) }, 5, time.Minute,
		},
		"10 reads in one instant, one request in 30 s": {
			30 * time.Second, func(read func()) { inRounds(1, read) }, 5, time.Minute,
		},
		"100 reads, ten at a time, one request a minute": {
			time.Minute, func(read func()) { inRounds(10, read) }, 22, time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int64
				limited := rateLimit(test.period, listOf("", 1))
				client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					limited(w, r)
				}), retries(defaultRetries))
				started := time.Now()
				test.reads(func() { wantIDs(t, read(t, client), 1) })
				if got := asked.Load(); int(got) > test.wantRequests {
					t.Errorf("got %d requests, want at most %d", got, test.wantRequests)
				}
				if took := time.Since(started); took > test.wantWithin {
					t.Errorf("ended after %s, want within %s", took, test.wantWithin)
				}
				t.Logf("%d requests in %s", asked.Load(), time.Since(started))
			})
		})
	}
}

// TestThrottling_longWaitFailsAtOnce has a server ask for a wait of one day. The read that
// is told fails, and so do all later ones, without a request.
func TestThrottling_longWaitFailsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		client := fakeClient(t, serve(unpodtest.Delay(latency, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			unpodtest.Throttled("86400")(w, r)
		})), retries(defaultRetries))
		started := time.Now()
		var unsent atomic.Int64
		inRounds(10, func() {
			soon(20 * time.Millisecond)
			_, err := client.ProviderConfigurations(t.Context())
			var failed *CallError
			if !errors.As(err, &failed) {
				t.Fatalf("got error %v, want a *CallError", err)
			}
			wantRetryAfter(t, err, http.StatusTooManyRequests, 24*time.Hour)
			if failed.Attempts == 0 {
				unsent.Add(1)
			}
		})
		if got := asked.Load(); got > 12 {
			t.Errorf("got %d requests, want at most 12", got)
		}
		if took := time.Since(started); took > time.Second {
			t.Errorf("ended after %s, want at once", took)
		}
		if got := unsent.Load(); got < 90 {
			t.Errorf("got %d reads that sent nothing, want at least 90", got)
		}
	})
}

// TestThrottling_longWaitFailsWaitingReads has one read wait while the server
// asks another to wait for a day. The waiting read's error must not name a
// request. A day later, reads work again.
func TestThrottling_longWaitFailsWaitingReads(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{"throttled": unpodtest.Throttled("60"), "failed": unpodtest.HTML(http.StatusBadGateway, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				slowly := unpodtest.Delay(100*time.Millisecond, sequence(first, unpodtest.Throttled("86400"), listOf("", 1)))
				client := fakeClient(t, serve(slowly), retries(defaultRetries))
				started := time.Now()
				staggered(2, 50*time.Millisecond, func(i int) {
					_, err := client.ProviderConfigurations(t.Context())
					wantRetryAfter(t, err, http.StatusTooManyRequests, 24*time.Hour)
					failed, _ := errors.AsType[*CallError](err)
					if want := i; failed.Attempts != want || (failed.RequestID != "") != (want > 0) {
						t.Errorf("read %d: got %d attempts and request ID %q, want %d attempts", i, failed.Attempts, failed.RequestID, want)
					}
				})
				if took := time.Since(started); took > time.Second {
					t.Errorf("ended after %s, want at once", took)
				}
				<-time.After(24 * time.Hour)
				wantIDs(t, read(t, client), 1)
			})
		})
	}
}

// TestThrottling_holdsAsLongAsAsked has a server ask for a second again and
// again. The throttled read backs off for longer, but the next read must not.
func TestThrottling_holdsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := append(slices.Repeat([]http.HandlerFunc{unpodtest.Throttled("1")}, 11), listOf("", 1))
		client := fakeClient(t, serve(sequence(answers...)), retries(10))
		_, err := client.ProviderConfigurations(t.Context())
		wantRetryAfter(t, err, http.StatusTooManyRequests, time.Second)
		started := time.Now()
		wantIDs(t, read(t, client), 1)
		if took := time.Since(started); took != time.Second {
			t.Errorf("got the list after %s, want 1s", took)
		}
	})
}

func TestThrottling_backsOffWithoutRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(sequence(unpodtest.JSON(http.StatusTooManyRequests, `{}`), listOf("", 1))))
		_, err := client.ProviderConfigurations(t.Context())
		wantRetryAfter(t, err, http.StatusTooManyRequests, 0)
		started := time.Now()
		wantIDs(t, read(t, client), 1)
		if took := time.Since(started); took < minBackoff/2 || took > minBackoff {
			t.Errorf("got the list after %s, want the first backoff", took)
		}
	})
}

// TestThrottling_lastAttemptHoldsBackNextRead has a read fail on its only
// attempt. The next read must wait as the server asked.
func TestThrottling_lastAttemptHoldsBackNextRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(sequence(unpodtest.Throttled("30"), listOf("", 1))))
		started := time.Now()
		_, err := client.ProviderConfigurations(t.Context())
		wantRetryAfter(t, err, http.StatusTooManyRequests, 30*time.Second)
		wantIDs(t, read(t, client), 1)
		if took := time.Since(started); took != gatherTime+30*time.Second {
			t.Errorf("got the list after %s, want 30s", took)
		}
	})
}

// TestRetry_outlastsOutage starts reads one after another while the platform is
// down. Younger reads shorten the waits of older ones, whose five attempts must
// still span a second: with the least jitter, the last one comes after 1.25 s.
func TestRetry_outlastsOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		client := fakeClient(t, serve(unpodtest.Delay(latency, func(w http.ResponseWriter, r *http.Request) {
			if time.Since(started) < time.Second {
				unpodtest.HTML(http.StatusBadGateway, "")(w, r)
				return
			}
			listOf("", 1)(w, r)
		})), retries(defaultRetries))
		staggered(10, 52*time.Millisecond, func(int) { wantIDs(t, read(t, client), 1) })
	})
}

// TestRetry_logsWithoutLock blocks the log while another read gives up.
func TestRetry_logsWithoutLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := stuckLog(make(chan struct{}))
		client := fakeClient(t, serve(unpodtest.Delay(latency, unpodtest.HTML(http.StatusBadGateway, ""))), retries(1))
		var first sync.WaitGroup
		first.Go(func() { _, _ = client.ProviderConfigurations(tflogtest.RootLogger(t.Context(), log)) }) // The result does not matter.
		soon(20 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		started := time.Now()
		_, err := client.ProviderConfigurations(ctx)
		if took := time.Since(started); took != 100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v after %s, want the deadline after 100ms", err, took)
		}
		close(log)
		first.Wait()
	})
}

// stuckLog blocks on the line of a retry until it is closed.
type stuckLog chan struct{}

func (l stuckLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Retrying")) {
		<-l
	}
	return len(line), nil
}

func TestRetry_outageFailsManyReadsSoon(t *testing.T) {
	t.Parallel()
	reading := func(t *testing.T) (read func(), asked *atomic.Int64) {
		t.Helper()
		asked = new(atomic.Int64)
		client := fakeClient(t, serve(unpodtest.Delay(latency, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			unpodtest.HTML(http.StatusInternalServerError, "")(w, r)
		})), retries(defaultRetries))
		return func() {
			failed := wantFailure(t, client, &StatusError{HTTPStatus: 500, Status: 500, BodyType: BodyType{true, "text/html"}})
			wantAttempts(t, failed, defaultRetries+1)
		}, asked
	}
	for name, reads := range map[string]func(read func()){
		"0.3 s apart":             func(read func()) { staggered(100, 300*time.Millisecond, func(int) { read() }) },
		"ten at a time":           func(read func()) { inRounds(10, read) },
		"ten at a time, together": func(read func()) { inRounds(10, func() { soon(time.Second); read() }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				read, asked := reading(t)
				started := time.Now()
				reads(read)
				if took := time.Since(started); took > 2*time.Minute {
					t.Errorf("ended after %s, want within two minutes", took)
				}
				t.Logf("%d requests in %s", asked.Load(), time.Since(started))
			})
		})
	}
}

// TestDeadline_endsRead serves a list that never ends: every page is in time, and
// no page fails twice in a row.
func TestDeadline_endsRead(t *testing.T) {
	t.Parallel()
	const limit = 2 * (time.Second + time.Minute) // of one retry and a timeout of one second
	for name, fails := range map[string]func(request int) bool{
		"endless pages":                 func(int) bool { return false },
		"endless pages after a failure": func(request int) bool { return request == 1 },
		"pages that fail now and then":  func(request int) bool { return request%2 == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := fakeClient(t, serve(unpodtest.Delay(999*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
					requests++
					if fails(requests) {
						unpodtest.HTML(http.StatusBadGateway, "")(w, r)
						return
					}
					listOf("100000", requests)(w, r)
				})), timeout(time.Second), retries(1))
				started := time.Now()
				_, err := client.ProviderConfigurations(t.Context())
				late, ok := errors.AsType[*DeadlineError](err)
				if !ok || late.After != limit {
					t.Fatalf("got error %v, want a *DeadlineError after %s", err, limit)
				}
				if !fails(requests) && !fails(requests-1) && late.Last != nil {
					t.Errorf("got %v as the last error, but a page has arrived since", late.Last)
				}
				if took := time.Since(started); took != limit {
					t.Errorf("ended after %s, want %s", took, limit)
				}
			})
		})
	}
}

// TestDeadline_countsPerRead has a read join a flight in which an older one
// waits. Each error says what its own read last waited for.
func TestDeadline_countsPerRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Throttled("65")), timeout(time.Second))
		started := time.Now()
		_, err := client.ProviderConfigurations(t.Context())
		wantRetryAfter(t, err, http.StatusTooManyRequests, 65*time.Second)
		staggered(2, 2*time.Second, func(i int) {
			_, err := client.ProviderConfigurations(t.Context())
			if i == 0 { // Its deadline is 61 s, and the server asked for 65.
				late, ok := errors.AsType[*DeadlineError](err)
				if !ok || time.Since(started) != gatherTime+61*time.Second {
					t.Fatalf("got error %v after %s, want a *DeadlineError after 61s", err, time.Since(started))
				}
				wantRetryAfter(t, late.Last, http.StatusTooManyRequests, 4*time.Second)
				return
			}
			if late, ok := errors.AsType[*DeadlineError](err); !ok || time.Since(started) != gatherTime+63*time.Second {
				t.Fatalf("got error %v after %s, want a *DeadlineError after 63s: %v", err, time.Since(started), late)
			}
		})
	})
}

func TestDeadline_doesNotOverflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wantIDs(t, read(t, fakeClient(t, serve(listOf("", 1)), timeout(600_000*time.Hour), retries(10))), 1)
	})
}

// TestFreshness_ofPagedList starts a read while a flight that has a page waits to
// retry the next one.
func TestFreshness_ofPagedList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := sequence(listOf("2", 1), listOf("", 7, 8)), sequence(append(failures(1), listOf("2", 2))...)
		client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Query().Get("page") {
			case "":
				first(w, r)
			case "1":
				listOf("2", 1)(w, r)
			default:
				second(w, r)
			}
		}), retries(1))
		staggered(2, 100*time.Millisecond, func(i int) {
			wantIDs(t, read(t, client), [][]int64{{1, 2}, {7, 8}}[i]...)
		})
	})
}

// TestFreshness_holdsForRandomReads makes tens of thousands of reads at random times, and cancels
// many of them. The server fails, throttles, pages and hangs at random. Each
// list must come from requests sent after the read began.
func TestFreshness_holdsForRandomReads(t *testing.T) {
	t.Parallel()
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) { readsAtRandom(t, seed) })
	}
}

// readsAtRandom makes two hundred reads. One sequence numbers both the starts of
// reads and the arrivals of requests.
func readsAtRandom(t *testing.T, seed uint64) {
	t.Helper()
	const reads = 200
	var (
		sequence atomic.Int64
		mu       sync.Mutex
		random   = rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // It only needs to be repeatable.
	)
	chance := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
		arrived := int(sequence.Add(1))
		answer := listOf("", arrived)
		switch weather := chance(12); {
		case weather == 0:
			answer = unpodtest.HTML(http.StatusBadGateway, "")
		case weather == 1:
			answer = unpodtest.Throttled(strconv.Itoa(chance(3)))
		case weather == 2:
			answer = unpodtest.HangUp
		case weather == 3:
			answer = unpodtest.Delay(time.Hour, unpodtest.HangUp)
		case weather < 6 || r.URL.RawQuery != "":
			answer = listOf("2", arrived) // Two elements, one per page.
		}
		unpodtest.Delay(time.Duration(chance(50))*time.Millisecond, answer)(w, r)
	}), retries(3), timeout(2*time.Second))
	staggered(reads, time.Duration(1+chance(10))*time.Millisecond, func(int) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		canceled := chance(4) == 0
		if canceled {
			time.AfterFunc(time.Duration(chance(200))*time.Millisecond, cancel)
		}
		began := sequence.Add(1)
		got, err := client.ProviderConfigurations(ctx)
		checkRandomRead(t, seed, began, got, err, canceled)
	})
	synctest.Wait()
	if waiting := client.providerConfigurations.waiting; len(waiting) > 0 {
		t.Errorf("seed %d: a flight is still waiting", seed)
	}
}

// checkRandomRead checks a read's list, and that it got no other read's
// cancellation.
func checkRandomRead(t *testing.T, seed uint64, began int64, got []ProviderConfiguration, err error, canceled bool) {
	t.Helper()
	if err != nil && errors.Is(err, context.Canceled) && !canceled {
		t.Errorf("seed %d: got error %v from a read that was not canceled", seed, err)
	}
	if err == nil && len(got) == 0 {
		t.Errorf("seed %d: got an empty list", seed)
	}
	for _, configuration := range got {
		if configuration.ID < began {
			t.Errorf("seed %d: got data from request %d in a read that began at %d", seed, configuration.ID, began)
		}
	}
}

func TestFreshness_detectsStaleList(t *testing.T) {
	t.Parallel()
	var inner testing.T
	checkRandomRead(&inner, 0, 2, []ProviderConfiguration{{ID: 1}}, nil, false)
	checkRandomRead(&inner, 0, 2, nil, fmt.Errorf("wrapped: %w", context.Canceled), false)
	if !inner.Failed() {
		t.Error("the check passed a stale list")
	}
}
