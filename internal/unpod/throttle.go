// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"sync"
	"time"
)

// throttle holds back all batches of a client after a 429, since the server
// counts the client's requests together.
type throttle struct {
	mu    sync.Mutex
	until time.Time
	cause *StatusError
	// lengthened is closed when the hold gets longer.
	lengthened chan struct{}
}

func newThrottle() *throttle { return &throttle{lengthened: make(chan struct{})} }

// hold blocks attempts for at least wait. It never shortens the current hold.
func (t *throttle) hold(wait time.Duration, cause *StatusError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(wait); until.After(t.until) {
		t.until, t.cause = until, cause
		close(t.lengthened)
		t.lengthened = make(chan struct{})
	}
}

// longer returns a channel that is closed when the hold gets longer.
func (t *throttle) longer() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lengthened
}

// remaining returns how long the hold lasts, and the response that caused it,
// with RetryAfter reduced to the time left. It returns 0 and nil without a hold.
func (t *throttle) remaining() (time.Duration, *StatusError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := time.Until(t.until)
	if left <= 0 {
		return 0, nil
	}
	cause := *t.cause
	cause.RetryAfter = min(cause.RetryAfter, left.Round(time.Second))
	return left, &cause
}
