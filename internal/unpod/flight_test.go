// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// A root module with many lookups makes a hundred reads, with Terraform's
// default parallelism.
const (
	readsAtOnce = 10
	hundred     = 100
)

// defaultRetries is the default of max_retries.
const defaultRetries = 4

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

func (o *organization) wantRequests(t *testing.T, want int) {
	t.Helper()
	if o.requests != want {
		t.Errorf("got %d requests, want %d", o.requests, want)
	}
}

// startAt starts reads at these times, and waits until they have ended.
func startAt(begin []time.Duration, read func(i int)) {
	var readers sync.WaitGroup
	for i, after := range begin {
		readers.Go(func() {
			<-time.After(after)
			read(i)
		})
	}
	readers.Wait()
}

// every returns the times of reads that start at regular intervals.
func every(gap time.Duration, count int) []time.Duration {
	times := make([]time.Duration, count)
	for i := range times {
		times[i] = time.Duration(i) * gap
	}
	return times
}

// inRounds makes ten reads at a time, as Terraform does. Each round starts once
// the one before has ended.
func inRounds(rounds int, read func()) {
	for range rounds {
		startAt(every(0, readsAtOnce), func(int) { read() })
	}
}

// soon waits for a random time, up to most.
func soon(most time.Duration) { <-time.After(rand.N(most)) } //nolint:gosec // Any time will do.

// TestFreshness_ofConcurrentReads starts reads at different times while an
// organization gains a configuration every 10 ms. Each read must see at least
// those that existed when it started.
func TestFreshness_ofConcurrentReads(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		begin    []time.Duration
		want     []int
		requests int
	}{
		"one read":               {[]time.Duration{0}, []int{1}, 1},
		"concurrent reads":       {[]time.Duration{0, 0, 0, 0}, []int{1, 1, 1, 1}, 1},
		"within the window":      {[]time.Duration{0, ms, 2 * ms}, []int{1, 1, 1}, 1},
		"before the response":    {[]time.Duration{0, 12 * ms}, []int{1, 2}, 2},
		"just after the request": {[]time.Duration{8 * ms, 8*ms + gatherTime + 1}, []int{2, 2}, 2},
		"overlapping windows":    {[]time.Duration{0, 12 * ms, 22 * ms, 13 * ms}, []int{1, 2, 3, 2}, 3},
		"after the response":     {[]time.Duration{0, 62 * ms}, []int{1, 7}, 2},
	} {
		bubble(t, name, func(t *testing.T) {
			org := &organization{has: 1}
			client := fakeClient(t, serve(org.answer))
			var growing sync.WaitGroup
			growing.Go(org.grow)
			startAt(test.begin, func(i int) {
				started := time.Now()
				if got := len(readList(t, client)); got != test.want[i] {
					t.Errorf("got %d configurations, want %d", got, test.want[i])
				}
				if took := time.Since(started); took > gatherTime+latency {
					t.Errorf("took %s, want at most %s", took, gatherTime+latency)
				}
			})
			growing.Wait()
			org.wantRequests(t, test.requests)
		})
	}
}

// TestFreshness_ofPagedList starts a read while a flight that has a page waits to
// retry the next one.
func TestFreshness_ofPagedList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := inTurn(listOf("2", 1), listOf("", 7, 8)), inTurn(append(outage(1), listOf("2", 2))...)
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
		startAt(every(100*time.Millisecond, 2), func(i int) {
			wantList(t, client, [][]int64{{1, 2}, {7, 8}}[i]...)
		})
	})
}

// TestFreshness_ofRandomReads makes tens of thousands of reads at random times,
// and cancels many of them. The server fails, throttles, pages and hangs at
// random. Each list must come from requests sent after the read began.
func TestFreshness_ofRandomReads(t *testing.T) {
	t.Parallel()
	rounds := 150
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
	var (
		number atomic.Int64
		mu     sync.Mutex
		random = rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // It only needs to be repeatable.
	)
	chance := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
		arrived := int(number.Add(1))
		answer := listOf("", arrived)
		switch luck := chance(12); {
		case luck == 0:
			answer = unpodtest.HTML(http.StatusBadGateway, "")
		case luck == 1:
			answer = unpodtest.Throttled(strconv.Itoa(chance(3)))
		case luck == 2:
			answer = unpodtest.HangUp
		case luck == 3:
			answer = stuck
		case luck < 6 || r.URL.RawQuery != "":
			answer = listOf("2", arrived) // Two elements, one per page.
		}
		unpodtest.Delay(time.Duration(chance(50))*time.Millisecond, answer)(w, r)
	}), retries(3), timeoutAfter(2*time.Second))
	startAt(every(time.Duration(1+chance(10))*time.Millisecond, 200), func(int) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		isCanceled := chance(4) == 0
		if isCanceled {
			time.AfterFunc(time.Duration(chance(200))*time.Millisecond, cancel)
		}
		began := number.Add(1)
		got, err := client.ProviderConfigurations(ctx)
		checkRandomRead(t, seed, began, got, err, isCanceled)
	})
	synctest.Wait()
	if waiting := client.providerConfigurations.waiting; len(waiting) > 0 {
		t.Errorf("seed %d: a flight is still waiting", seed)
	}
}

// checkRandomRead checks a read's list, and that it got no other read's
// cancellation.
func checkRandomRead(t *testing.T, seed uint64, began int64, got []ProviderConfiguration, err error, isCanceled bool) {
	t.Helper()
	if err != nil && errors.Is(err, context.Canceled) && !isCanceled {
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

// TestFlight_sharesHundredReads makes the reads of a large plan, through net/http.
func TestFlight_sharesHundredReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, pipes := &organization{has: 1}, newNetwork()
		server := pipes.serve(org.answer)
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		startAt(every(time.Millisecond, readsAtOnce), func(int) {
			for range hundred / readsAtOnce {
				wantList(t, client, 1)
			}
		})
		if dialed := pipes.dials.Load(); org.requests > 40 || dialed > readsAtOnce {
			t.Errorf("got %d requests on %d connections, want at most 40 on 10", org.requests, dialed)
		}
		pipes.wantClosed(t, server)
	})
}

// TestFlight_decodesListOnce also checks that two clients, which may belong to
// different organizations, share nothing.
func TestFlight_decodesListOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, other := fakeClient(t, serve(listOf("", 1))), fakeClient(t, serve(listOf("", 1)))
		var lists [3]*ProviderConfiguration
		startAt(every(0, 3), func(i int) { lists[i] = &readList(t, []*Client{one, one, other}[i])[0] })
		if lists[0] != lists[1] || lists[0] == lists[2] {
			t.Error("got separate lists from one client, or one list from two clients")
		}
	})
}

// TestFlight_canceledReadDoesNotAffectOthers cancels some of the reads that
// share a request.
func TestFlight_canceledReadDoesNotAffectOthers(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		cancel   []time.Duration // when to cancel each read, 0 for never
		requests int
	}{
		"first read, during the request": {[]time.Duration{20 * ms, 0}, 1},
		"all reads, in the window":       {[]time.Duration{ms, 2 * ms}, 0},
		"all reads, during the request":  {[]time.Duration{ms, 20 * ms}, 1},
	} {
		bubble(t, name, func(t *testing.T) {
			org := &organization{has: 1}
			client := fakeClient(t, serve(org.answer))
			startAt(every(0, len(test.cancel)), func(i int) { readUntil(t, client, test.cancel[i]) })
			org.wantRequests(t, test.requests)
		})
	}
}

// readUntil cancels its read after a time, unless that is 0. The read must end
// at once.
func readUntil(t *testing.T, client *Client, after time.Duration) {
	t.Helper()
	if after == 0 {
		wantList(t, client, 1)
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	started := time.Now()
	if _, err := client.ProviderConfigurations(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want the context's", err)
	}
	wantTook(t, started, after)
}

// TestFlight_readJoinsWhileOthersLeave starts a read in the window of a flight,
// just as its only other read is canceled.
func TestFlight_readJoinsWhileOthersLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 1000 { // The order is random.
			client := fakeClient(t, serve(listOf("", 1)))
			startAt([]time.Duration{0, time.Millisecond}, func(i int) {
				readUntil(t, client, []time.Duration{time.Millisecond, 0}[i])
			})
		}
	})
}

// TestFlight_readsDoNotQueue starts a read while another one's request is in
// flight. It must not wait for that response.
func TestFlight_readsDoNotQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Delay(2*time.Second, listOf("", 1))))
		startAt(every(time.Second, 2), func(int) {
			started := time.Now()
			wantList(t, client, 1)
			wantTook(t, started, gatherTime+2*time.Second)
		})
	})
}

// TestFlight_joiningReadGetsAllAttempts has a read join a flight before its last
// retry. The retry stays when it is, and is the first of three attempts.
func TestFlight_joiningReadGetsAllAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(unpodtest.HTML(http.StatusBadGateway, ""))), retries(2))
		beforeThird := gatherTime + minBackoff + time.Millisecond
		startAt([]time.Duration{0, beforeThird}, func(int) {
			requestID := wantFailure(t, client, 3, statusOf(http.StatusBadGateway))
			if first := slices.Index(requests.requestIDs, requestID); first != 4 {
				t.Errorf("got the request ID of request %d of 5, want that of the last, which is new", first+1)
			}
		})
		requests.wantWaits(t, false, minBackoff, 2*minBackoff, minBackoff, 2*minBackoff)
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
		startAt(every(time.Second, 2), func(int) { wantFailureOf(ctx, t, client, 0, context.Canceled) })
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
		answers := inTurn(busy("20"), busy("10"), listOf("", 1), listOf("", 2))
		client := fakeClient(t, serve(unpodtest.Delay(time.Second, answers)), retries(1))
		started := time.Now()
		begin := []time.Duration{0, 500 * time.Millisecond, 5 * time.Second, 11 * time.Second, 15 * time.Second}
		startAt(begin, func(i int) {
			wantList(t, client, []int64{2, 1, 1, 1, 2}[i])
			wantTook(t, started, gatherTime+[]time.Duration{22 * time.Second, 12500 * time.Millisecond}[[]int{0, 1, 1, 1, 0}[i]])
		})
	})
}

// TestFlight_cannotBeJoinedOnceAbandoned has the only read leave during a request
// that fails. Another read begins just then. The flight must not log a retry.
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
		var log bytes.Buffer
		wantFailureOf(tflogtest.RootLogger(ctx, &log), t, client, 1, context.Canceled)
		<-time.After(time.Second) // The request fails.
		wantList(t, client, 1)
		if strings.Contains(log.String(), "Retrying") {
			t.Errorf("got log %s, want no retry", log.String())
		}
	})
}

// TestFlight_logsWithoutLock blocks the log while another read gives up.
func TestFlight_logsWithoutLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := stuckLog(make(chan struct{}))
		client := fakeClient(t, serve(unpodtest.Delay(latency, unpodtest.HTML(http.StatusBadGateway, ""))), retries(1))
		var first sync.WaitGroup
		first.Go(func() { _, _ = client.ProviderConfigurations(tflogtest.RootLogger(t.Context(), log)) }) // The result does not matter.
		soon(20 * time.Millisecond)
		readUntil(t, client, 100*time.Millisecond)
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

// TestRetry_onlyTemporaryStatuses tries every status that a final response may
// have.
func TestRetry_onlyTemporaryStatuses(t *testing.T) {
	t.Parallel()
	retried := map[int]bool{408: true, 429: true, 500: true, 502: true, 503: true, 504: true}
	synctest.Test(t, func(t *testing.T) {
		for status := 201; status < 600; status++ {
			attempts := 1
			if retried[status] {
				attempts = 3
			}
			want := statusOf(status)
			if status == http.StatusNotFound {
				want.MissingPath = unpodtest.Path
			}
			wantFailure(t, fakeClient(t, serve(unpodtest.HTML(status, "")), retries(2)), attempts, want)
		}
	})
}

func TestRetry_backsOffWithJitter(t *testing.T) {
	t.Parallel()
	const ms, s = time.Millisecond, time.Second
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(unpodtest.HTML(503, ""))), retries(10))
		wantFailure(t, client, 11, statusOf(503))
		requests.wantWaits(t, false, 500*ms, s, 2*s, 4*s, 8*s, 16*s, 32*s, 60*s, 60*s, 60*s)
	})
	for failed := 1; failed <= 10; failed++ { // A hundred waits are spread over nearly the whole range.
		shortest, longest := backoff(failed), time.Duration(0)
		for range 100 {
			wait := backoff(failed)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}
		if float64(shortest) > 0.65*float64(longest) {
			t.Errorf("got waits from %s to %s after %d failures, want up to 50%% jitter", shortest, longest, failed)
		}
	}
}

// TestRetry_waitsAsAsked has a server ask for a wait with different statuses.
func TestRetry_waitsAsAsked(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		for asked, want := range map[int]time.Duration{0: minBackoff, 7: 7 * time.Second, 65: 65 * time.Second, 66: 0} {
			synctest.Test(t, func(t *testing.T) {
				var requests sentRequests
				refused := unpodtest.Header("Retry-After", strconv.Itoa(asked), unpodtest.HTML(status, ""))
				client := fakeClient(t, requests.by(serve(inTurn(refused, listOf("", 1)))), retries(1))
				if want == 0 { // Longer than the client waits.
					told := statusOf(status)
					told.RetryAfter = time.Duration(asked) * time.Second
					wantFailure(t, client, 1, told)
					return
				}
				wantList(t, client, 1)
				requests.wantWaits(t, asked > 0, want)
			})
		}
	}
}

// TestRetry_backsOffForLongerThanAsked has the server ask for a wait of one second,
// even when the backoff is longer.
func TestRetry_backsOffForLongerThanAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(inTurn(append(slices.Repeat([]http.HandlerFunc{unpodtest.Throttled("1")}, 4), listOf("", 1))...))), retries(4))
		wantList(t, client, 1)
		for i := range len(requests.times) - 1 {
			least, most := max(minBackoff<<i/2, time.Second), max(minBackoff<<i, time.Second)
			if wait := requests.times[i+1].Sub(requests.times[i]); wait < least || wait > most {
				t.Errorf("got a wait of %s before retry %d, want %s to %s", wait, i+1, least, most)
			}
		}
	})
}

// TestRetry_returnsLastFailure fails in different ways, the last of which is final.
func TestRetry_returnsLastFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := inTurn(unpodtest.HTML(500, ""), unpodtest.HangUp, unpodtest.HTML(401, ""), unpodtest.HTML(502, ""))
		wantFailure(t, fakeClient(t, serve(answers), retries(4)), 3, statusOf(401))
	})
}

// TestRetry_outageFailsManyReadsSoon counts the requests of a hundred reads while
// the platform is down.
func TestRetry_outageFailsManyReadsSoon(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reads    func(read func())
		requests int64
		within   time.Duration
	}{
		"0.3 s apart":             {func(read func()) { startAt(every(300*time.Millisecond, hundred), func(int) { read() }) }, 170, 45 * time.Second},
		"ten at a time":           {func(read func()) { inRounds(10, read) }, 50, 75 * time.Second},
		"ten at a time, together": {func(read func()) { inRounds(10, func() { soon(time.Second); read() }) }, 170, 90 * time.Second},
	} {
		bubble(t, name, func(t *testing.T) {
			var asked atomic.Int64
			client := fakeClient(t, serve(unpodtest.Delay(latency, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				unpodtest.HTML(http.StatusInternalServerError, "")(w, r)
			})), retries(defaultRetries))
			started := time.Now()
			test.reads(func() {
				wantFailure(t, client, defaultRetries+1, statusOf(http.StatusInternalServerError))
			})
			if took := time.Since(started); took > test.within || asked.Load() > test.requests {
				t.Errorf("took %d requests and %s, want at most %d and %s", asked.Load(), took, test.requests, test.within)
			}
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
		bubble(t, name, func(t *testing.T) {
			requests := 0
			client := fakeClient(t, serve(unpodtest.Delay(999*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
				requests++
				if fails(requests) {
					unpodtest.HTML(http.StatusBadGateway, "")(w, r)
					return
				}
				listOf("100000", requests)(w, r)
			})), timeoutAfter(time.Second), retries(1))
			started := time.Now()
			_, err := client.ProviderConfigurations(t.Context())
			late, ok := errors.AsType[*DeadlineError](err)
			if !ok || late.After != limit {
				t.Fatalf("got error %v, want a *DeadlineError after %s", err, limit)
			}
			if !fails(requests) && !fails(requests-1) && late.Last != nil {
				t.Errorf("got %v as the last error, but a page has arrived since", late.Last)
			}
			wantTook(t, started, limit)
		})
	}
}

// TestDeadline_ofEachRead has a read join a flight in which an older one waits.
// Each ends at its own deadline, and says what it last waited for.
func TestDeadline_ofEachRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.Throttled("65")), timeoutAfter(time.Second))
		throttled := func(left time.Duration) error {
			err := jsonStatus(429, "Request was throttled. Expected available in 65 seconds.")
			err.RetryAfter = left
			return err
		}
		started := time.Now()
		wantFailure(t, client, 1, throttled(65*time.Second))
		const later = 300 * time.Millisecond // RetryAfter is in whole seconds.
		startAt([]time.Duration{later, 2*time.Second + later}, func(i int) {
			left := []time.Duration{4 * time.Second, 2 * time.Second}[i]
			wantFailure(t, client, 0, &DeadlineError{After: 61 * time.Second, Last: throttled(left)})
			wantTook(t, started, gatherTime+65*time.Second-left+later)
		})
	})
}

// TestDeadline_namesLastFailure has another flight's throttling hold back a read
// whose own request failed in another way.
func TestDeadline_namesLastFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := fakeClient(t, serve(unpodtest.HTML(http.StatusBadGateway, "")), timeoutAfter(time.Second), retries(1))
		for at := 100 * time.Millisecond; at < 2*time.Minute; at += 50 * time.Second {
			time.AfterFunc(at, func() { client.requester().throttle.hold(time.Minute, &StatusError{}) })
		}
		wantFailure(t, client, 1, &DeadlineError{After: 2 * (time.Second + time.Minute), Last: statusOf(http.StatusBadGateway)})
	})
}

func TestDeadline_doesNotOverflow(t *testing.T) {
	t.Parallel()
	if got := (Options{RequestTimeout: math.MaxInt64, MaxRetries: MaxRetriesLimit}).deadline(); got < time.Hour {
		t.Errorf("got a deadline after %s", got)
	}
}
