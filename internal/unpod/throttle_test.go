// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestThrottle_keepsLongestHold(t *testing.T) {
	t.Parallel()
	for _, holds := range [][]time.Duration{{}, {0}, {time.Second}, {time.Second, time.Minute}, {time.Minute, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			held := &throttle{longer: make(chan struct{})}
			var longest time.Duration
			for _, wait := range holds {
				held.hold(wait, &StatusError{})
				longest = max(longest, wait)
			}
			if cause := held.cause(); (cause != nil) != (longest > 0) {
				t.Errorf("got cause %v with holds of %s", cause, holds)
			}
			started := time.Now()
			if err := held.wait(t.Context(), 0); err != nil || held.cause() != nil {
				t.Errorf("got error %v, and cause %v after the hold, want neither", err, held.cause())
			}
			wantTook(t, started, longest)
		})
	}
}

// TestThrottle_namesLongestHold has holds whose wait the server did or did not ask for.
func TestThrottle_namesLongestHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := &throttle{longer: make(chan struct{})}
		held.hold(10*time.Second, &StatusError{})
		wantSame(t, held.cause(), &StatusError{})
		held.hold(time.Minute, &StatusError{RetryAfter: time.Minute})
		held.hold(time.Second, &StatusError{RetryAfter: time.Second})
		wantSame(t, held.cause(), &StatusError{RetryAfter: time.Minute})
	})
}

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
			unpodtest.Throttled(strconv.Itoa(int((left+time.Second-1)/time.Second)))(w, r)
			return
		}
		answer(w, r)
	})
}

// TestThrottling_sharesRequests counts the requests of many reads that a server
// throttles.
func TestThrottling_sharesRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		period   time.Duration
		reads    func(read func())
		requests int64
		within   time.Duration
	}{
		"8 lookups 0.3 s apart, one request in 4 s":      {4 * time.Second, func(read func()) { startAt(every(300*time.Millisecond, 8), func(int) { read() }) }, 3, 5 * time.Second},
		"10 reads within a second, one request in 30 s":  {30 * time.Second, func(read func()) { startAt(every(100*time.Millisecond, 10), func(int) { read() }) }, 3, 31 * time.Second},
		"10 reads in one instant, one request in 30 s":   {30 * time.Second, func(read func()) { inRounds(1, read) }, 1, time.Second},
		"100 reads, ten at a time, one request a minute": {time.Minute, func(read func()) { inRounds(10, read) }, 19, 9*time.Minute + 2*time.Second},
	} {
		bubble(t, name, func(t *testing.T) {
			var asked atomic.Int64
			limited := rateLimit(test.period, listOf("", 1))
			client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				limited(w, r)
			}), retries(defaultRetries))
			started := time.Now()
			test.reads(func() { wantList(t, client, 1) })
			if took := time.Since(started); took > test.within || asked.Load() > test.requests {
				t.Errorf("took %d requests and %s, want at most %d and %s", asked.Load(), took, test.requests, test.within)
			}
		})
	}
}

// TestThrottling_holdsBackLaterReads starts reads while the first one waits as
// asked. Another client does not wait.
func TestThrottling_holdsBackLaterReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(inTurn(unpodtest.Throttled("30"), listOf("", 1)))), timeoutAfter(5*time.Second), retries(1))
		startAt(every(time.Second, 6), func(i int) {
			if i == 5 {
				client = fakeClient(t, serve(listOf("", 1)))
				defer wantTook(t, time.Now(), gatherTime)
			}
			wantList(t, client, 1)
		})
		requests.wantWaits(t, true, 30*time.Second)
	})
}

// TestThrottling_onlyAfter429 has a server ask for a wait with a 503. A read
// that starts meanwhile joins the retry, and an older one does not wait.
func TestThrottling_onlyAfter429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := unpodtest.Header("Retry-After", "30", unpodtest.HTML(http.StatusServiceUnavailable, ""))
		slow := unpodtest.Delay(2*time.Second, listOf("", 2))
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(inTurn(slow, busy, listOf("", 1)))), retries(1))
		started := time.Now()
		startAt([]time.Duration{0, time.Second, 11 * time.Second}, func(i int) {
			wantList(t, client, []int64{2, 1, 1}[i])
			wantTook(t, started, gatherTime+[]time.Duration{2 * time.Second, 31 * time.Second, 31 * time.Second}[i])
		})
		requests.wantRequests(t, 3)
	})
}

// TestThrottling_longWaitFailsAtOnce has a server ask for a wait of one day. The
// read that is told fails, and so do all later ones, without a request.
func TestThrottling_longWaitFailsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests sentRequests
		client := fakeClient(t, requests.by(serve(unpodtest.Delay(latency, unpodtest.Throttled("86400")))), retries(defaultRetries))
		started := time.Now()
		var unsent atomic.Int64
		inRounds(10, func() {
			soon(20 * time.Millisecond)
			_, err := client.ProviderConfigurations(t.Context())
			wantRetryAfter(t, err, 24*time.Hour)
			if failed, _ := errors.AsType[*CallError](err); failed.Attempts == 0 && failed.RequestID == "" {
				unsent.Add(1)
			}
		})
		if took := time.Since(started); took > time.Second || len(requests.times) > 5 || unsent.Load() < 90 {
			t.Errorf("took %s and %d requests, and %d reads sent nothing, want at most a second and 5, and at least 90",
				took, len(requests.times), unsent.Load())
		}
	})
}

// TestThrottling_longWaitFailsWaitingReads has one read wait while the server
// asks another to wait for a day. The waiting read's error must not name a
// request. A day later, reads work again.
func TestThrottling_longWaitFailsWaitingReads(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{"throttled": unpodtest.Throttled("60"), "failed": unpodtest.HTML(http.StatusBadGateway, "")} {
		bubble(t, name, func(t *testing.T) {
			slowly := unpodtest.Delay(100*time.Millisecond, inTurn(first, unpodtest.Throttled("86400"), listOf("", 1)))
			client := fakeClient(t, serve(slowly), retries(defaultRetries))
			started := time.Now()
			startAt(every(50*time.Millisecond, 2), func(i int) {
				_, err := client.ProviderConfigurations(t.Context())
				wantRetryAfter(t, err, 24*time.Hour)
				if failed, _ := errors.AsType[*CallError](err); failed.Attempts != i || (failed.RequestID != "") != (i > 0) {
					t.Errorf("read %d: got %d attempts and request ID %q, want %d attempts", i, failed.Attempts, failed.RequestID, i)
				}
			})
			if took := time.Since(started); took > time.Second {
				t.Errorf("ended after %s, want at once", took)
			}
			<-time.After(24 * time.Hour)
			wantList(t, client, 1)
		})
	}
}

// wantRetryAfter checks that a 429 asks for this wait.
func wantRetryAfter(t *testing.T, err error, want time.Duration) {
	t.Helper()
	if status, ok := errors.AsType[*StatusError](err); !ok || status.Status != http.StatusTooManyRequests || status.RetryAfter != want {
		t.Errorf("got error %v, want status 429 that asks to wait %s", err, want)
	}
}

// TestThrottling_holdsNextRead has a read fail on its last attempt. The next read
// waits as the server asked, and not for longer.
func TestThrottling_holdsNextRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer      http.HandlerFunc
		retries     int
		least, most time.Duration
		wantTold    time.Duration
	}{
		"asked to wait":              {unpodtest.Throttled("30"), 0, 30 * time.Second, 30 * time.Second, 30 * time.Second},
		"asked again and again":      {unpodtest.Throttled("1"), 10, time.Second, time.Second, time.Second},
		"not asked, so it backs off": {unpodtest.JSON(http.StatusTooManyRequests, `{}`), 0, minBackoff / 2, minBackoff, 0},
		"not asked, again and again": {unpodtest.JSON(http.StatusTooManyRequests, `{}`), 4, 4 * time.Second, 8 * time.Second, 0},
		"429 in the body of a 200":   {unpodtest.JSON(http.StatusOK, `{"status_code":429}`), 0, gatherTime, gatherTime, 0},
	} {
		bubble(t, name, func(t *testing.T) {
			answers := slices.Repeat([]http.HandlerFunc{test.answer}, test.retries+1)
			client := fakeClient(t, serve(inTurn(append(answers, listOf("", 1))...)), retries(test.retries))
			_, err := client.ProviderConfigurations(t.Context())
			wantRetryAfter(t, err, test.wantTold)
			started := time.Now()
			wantList(t, client, 1)
			if took := time.Since(started); took < test.least || took > test.most {
				t.Errorf("got the list after %s, want %s to %s", took, test.least, test.most)
			}
		})
	}
}
