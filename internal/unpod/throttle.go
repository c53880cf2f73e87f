// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"sync"
	"time"
)

// throttle holds all calls of a client back while the server wants one of them
// to wait: the server counts what the client sends, and not which call sends it.
type throttle struct {
	mu    sync.Mutex
	until time.Time
}

// hold keeps attempts from beginning for some time from now.
func (t *throttle) hold(wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(wait); until.After(t.until) {
		t.until = until
	}
}

// wait returns once an attempt may begin, or the context is done. It does not
// look again whether the time was made longer meanwhile, so that no attempt is
// held for longer than maxWait.
func (t *throttle) wait(ctx context.Context) error {
	t.mu.Lock()
	remaining := time.Until(t.until)
	t.mu.Unlock()
	if remaining <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(remaining)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
