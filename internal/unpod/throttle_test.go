// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestThrottling_holdsBackLaterReads starts reads while the first one waits as
// asked.
func TestThrottling_holdsBackLaterReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		var (
			mu    sync.Mutex
			times []time.Duration
		)
		client := fakeClient(t, serve(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			times = append(times, time.Since(started))
			first := len(times) == 1
			mu.Unlock()
			if first {
				unpodtest.Throttled("30")(w, r)
				return
			}
			listOf("", 1)(w, r)
		}), timeout(5*time.Second), retries(1))

		var readers sync.WaitGroup
		for i := range 5 {
			readers.Go(func() {
				<-time.After(time.Duration(i) * time.Second)
				wantIDs(t, read(t, client), 1)
			})
		}
		readers.Wait()
		if !slices.Equal(times, []time.Duration{gatherTime, gatherTime + 30*time.Second}) {
			t.Errorf("got requests at %s, want one at the start, and one for all reads after 30s", times)
		}
		started = time.Now()
		read(t, client)
		if took := time.Since(started); took != gatherTime {
			t.Errorf("waited %s after the hold, want %s", took, gatherTime)
		}
	})
}

// TestThrottling_onlyAfter429 has a server ask for a wait with a 503. A read
// that starts meanwhile joins the retry, and an older one does not wait.
func TestThrottling_onlyAfter429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := unpodtest.Header("Retry-After", "30", unpodtest.HTML(http.StatusServiceUnavailable, ""))
		slow := unpodtest.Delay(2*time.Second, listOf("", 2))
		var asked record
		client := fakeClient(t, asked.of(serve(sequence(slow, busy, listOf("", 1)))), retries(1))
		started := time.Now()
		var readers sync.WaitGroup
		for at, want := range map[time.Duration]struct {
			id    int64
			after time.Duration
		}{0: {2, 2 * time.Second}, time.Second: {1, 31 * time.Second}, 11 * time.Second: {1, 31 * time.Second}} {
			readers.Go(func() {
				<-time.After(at)
				wantIDs(t, read(t, client), want.id)
				if took := time.Since(started); took != gatherTime+want.after {
					t.Errorf("ended after %s, want %s", took, want.after)
				}
			})
		}
		readers.Wait()
		if len(asked.times) != 3 {
			t.Errorf("got %d requests, want 3", len(asked.times))
		}
	})
}

func TestThrottling_doesNotAffectOtherClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttled := fakeClient(t, serve(sequence(unpodtest.Throttled("30"), listOf("", 1))), retries(1))
		go func() { _, _ = throttled.ProviderConfigurations(t.Context()) }() // Only the hold matters.
		synctest.Wait()
		started := time.Now()
		read(t, fakeClient(t, serve(listOf("", 1))))
		if took := time.Since(started); took != gatherTime {
			t.Errorf("waited %s, want %s", took, gatherTime)
		}
		<-time.After(time.Minute)
	})
}

// TestThrottling_canceledReadEndsAtOnce cancels a read that has not sent
// anything yet.
func TestThrottling_canceledReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(listOf("", 1))))
		client.requester().throttle.hold(time.Minute, &StatusError{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(3*time.Second, cancel)
		started := time.Now()
		got, err := client.ProviderConfigurations(ctx)
		failed := wantReason(t, got, err, context.Canceled)
		if took := time.Since(started); took != 3*time.Second || len(asked.times) != 0 {
			t.Errorf("ended after %s and %d requests, want 3s and none", took, len(asked.times))
		}
		if failed.Attempts != 0 || failed.RequestID != "" {
			t.Errorf("got %d attempts and request ID %q, want none", failed.Attempts, failed.RequestID)
		}
	})
}

func TestThrottle_keepsLongestHold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		holds []time.Duration
		want  time.Duration
	}{
		"no hold":      {nil, 0},
		"one hold":     {[]time.Duration{time.Second}, time.Second},
		"longer hold":  {[]time.Duration{time.Second, time.Minute}, time.Minute},
		"shorter hold": {[]time.Duration{time.Minute, time.Second}, time.Minute},
		"hold of 0s":   {[]time.Duration{0}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				held := &throttle{longer: make(chan struct{})}
				for _, wait := range test.holds {
					held.hold(wait, &StatusError{})
				}
				if cause := held.cause(); (cause != nil) != (test.want > 0) {
					t.Errorf("got cause %v with a hold of %s", cause, test.want)
				}
				started := time.Now()
				if err := held.wait(t.Context(), 0); err != nil || time.Since(started) != test.want {
					t.Errorf("waited %s with error %v, want %s", time.Since(started), err, test.want)
				}
				if cause := held.cause(); cause != nil {
					t.Errorf("got cause %v after the hold, want none", cause)
				}
			})
		})
	}
}
