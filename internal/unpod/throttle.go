// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"sync"
	"time"
)

// throttle holds back every call of a client once one of them was answered with
// 429: the server counts what the client sends, not which call sends it.
type throttle struct {
	mu    sync.Mutex
	until time.Time
	cause *StatusError
	// lengthened is closed once the hold becomes longer.
	lengthened chan struct{}
}

func newThrottle() *throttle { return &throttle{lengthened: make(chan struct{})} }

// hold keeps attempts from being made for some time, or longer if the server
// has asked for longer.
func (t *throttle) hold(wait time.Duration, cause *StatusError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(wait); until.After(t.until) {
		t.until, t.cause = until, cause
		close(t.lengthened)
		t.lengthened = make(chan struct{})
	}
}

// longer returns a channel that is closed once the hold becomes longer, so that
// who waits for its end hears of it.
func (t *throttle) longer() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lengthened
}

// remaining returns how long no attempt may be made, and the answer that says
// so, with the wait that is left of what it asked for.
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
