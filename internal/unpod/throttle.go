// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"sync"
	"time"
)

// throttle holds back all flights of a client after a 429, since the server
// counts the client's requests together.
type throttle struct {
	mu      sync.Mutex
	until   time.Time
	because *StatusError
	// longer is closed when the hold gets longer.
	longer chan struct{}
}

// hold blocks attempts for at least wait. It never shortens the current hold.
func (t *throttle) hold(wait time.Duration, because *StatusError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if end := time.Now().Add(wait); end.After(t.until) {
		t.until, t.because = end, because
		close(t.longer)
		t.longer = make(chan struct{})
	}
}

// wait blocks for at least this long, and until the hold ends. If that is longer
// than [MaxWait], it returns the hold's cause at once.
func (t *throttle) wait(ctx context.Context, least time.Duration) error {
	due := time.Now().Add(least)
	for {
		t.mu.Lock()
		held, longer := time.Until(t.until), t.longer
		t.mu.Unlock()
		if held > MaxWait {
			return t.cause()
		}
		remaining := max(held, time.Until(due))
		if remaining <= 0 {
			return nil
		}
		select {
		case <-time.After(remaining):
		case <-longer:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// cause returns the response that holds attempts back, with RetryAfter reduced
// to the time left, or nil if there is no hold.
func (t *throttle) cause() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := time.Until(t.until)
	if left <= 0 {
		return nil
	}
	because := *t.because
	because.RetryAfter = min(because.RetryAfter, left.Round(time.Second))
	return &because
}
