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

// TestThrottledCallHoldsBackOthers lets reads begin while one of them has been
// told to wait.
func TestThrottledCallHoldsBackOthers(t *testing.T) {
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
			list("", 1)(w, r)
		}), timeout(5*time.Second), retries(1))

		var readers sync.WaitGroup
		for i := range 5 {
			readers.Go(func() {
				<-time.After(time.Duration(i) * time.Second)
				wantIDs(t, read(t, client), 1)
			})
		}
		readers.Wait()
		if len(times) != 6 {
			t.Errorf("got requests at %s, want 6", times)
		}
		for _, at := range times[1:] {
			if at != 30*time.Second {
				t.Errorf("got a request at %s, want none before the 30s are over, and no wait beyond", at)
			}
		}
		started = time.Now()
		read(t, client)
		if took := time.Since(started); took != 0 {
			t.Errorf("got a wait of %s after the hold was over, want none", took)
		}
	})
}

// TestOnlyThrottlingHoldsBackOthers has a fault that one request met, and that
// others need not meet.
func TestOnlyThrottlingHoldsBackOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := unpodtest.Header("Retry-After", "30", unpodtest.HTML(http.StatusServiceUnavailable, ""))
		client := fakeClient(t, serve(sequence(busy, list("", 1))), retries(1))
		var reader sync.WaitGroup
		reader.Go(func() { wantIDs(t, read(t, client), 1) })
		<-time.After(time.Second)
		started := time.Now()
		read(t, client)
		if took := time.Since(started); took != 0 {
			t.Errorf("got a wait of %s, want none", took)
		}
		reader.Wait()
	})
}

// TestThrottleIsOfOneClient checks that another organization is not held back.
func TestThrottleIsOfOneClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttled := fakeClient(t, serve(sequence(unpodtest.Throttled("30"), list("", 1))), retries(1))
		go func() { _, _ = throttled.ProviderConfigurations(t.Context()) }() // Only its wait matters.
		synctest.Wait()
		started := time.Now()
		read(t, fakeClient(t, serve(list("", 1))))
		if took := time.Since(started); took != 0 {
			t.Errorf("got a wait of %s, want none", took)
		}
		<-time.After(time.Minute)
	})
}

// TestGivingUpWhileHeldBack ends a read that has not sent anything yet.
func TestGivingUpWhileHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked record
		client := fakeClient(t, asked.of(serve(list("", 1))))
		client.throttle.hold(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(3*time.Second, cancel)
		started := time.Now()
		got, err := client.ProviderConfigurations(ctx)
		failed := wantReason(t, got, err, context.Canceled)
		if took := time.Since(started); took != 3*time.Second || len(asked.times) != 0 {
			t.Errorf("got an end after %s and %d requests, want 3s and none", took, len(asked.times))
		}
		if failed.Attempts != 0 || failed.RequestID != "" {
			t.Errorf("got %d attempts and request id %q, want none", failed.Attempts, failed.RequestID)
		}
	})
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		holds []time.Duration
		want  time.Duration
	}{
		"none":            {nil, 0},
		"one":             {[]time.Duration{time.Second}, time.Second},
		"longer":          {[]time.Duration{time.Second, time.Minute}, time.Minute},
		"never shortened": {[]time.Duration{time.Minute, time.Second}, time.Minute},
		"nothing":         {[]time.Duration{0}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var throttle throttle
				for _, wait := range test.holds {
					throttle.hold(wait)
				}
				started := time.Now()
				if err := throttle.wait(t.Context()); err != nil {
					t.Error(err)
				}
				if got := time.Since(started); got != test.want {
					t.Errorf("got a wait of %s, want %s", got, test.want)
				}
			})
		})
	}
}
