// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"sync"
	"time"
)

// gatherTime is how long a read waits for others to share its call with. It is
// as long as Terraform takes to begin the reads that it makes at once, and too
// short to be noticed.
const gatherTime = 3 * time.Millisecond

// gatherer lets reads that begin together share one call. The rule is that a
// read is answered only from requests that were sent after it began, so that one
// which depends on something just made sees it. That is why a read never joins a
// call that is under way, as it would with package singleflight, and why no
// answer is kept.
type gatherer struct {
	window time.Duration

	mu sync.Mutex
	// open is the call that has not begun yet, nil where there is none.
	open *sharedCall
}

// sharedCall is a call and those who wait for it.
type sharedCall struct {
	cancel  context.CancelCauseFunc
	waiting int // guarded by the gatherer's mu

	// done is closed once the fields below it are set.
	done           chan struct{}
	configurations []ProviderConfiguration
	err            error
}

// join returns the call that has not begun yet, or one that begins after the
// window. It is cancelled with the last read that waits for it and not with the
// first, whose context it has otherwise.
func (g *gatherer) join(ctx context.Context, read func(context.Context) ([]ProviderConfiguration, error)) *sharedCall {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
		shared := &sharedCall{cancel: cancel, done: make(chan struct{})}
		g.open = shared
		go func() {
			defer close(shared.done)
			defer cancel(nil)
			g.gather(ctx, shared)
			shared.configurations, shared.err = read(ctx)
		}()
	}
	g.open.waiting++
	return g.open
}

// gather waits until the window is over, and takes in no read from then on.
func (g *gatherer) gather(ctx context.Context, shared *sharedCall) {
	timer := time.NewTimer(g.window)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close(shared)
}

// close keeps further reads out of a call. It needs the lock.
func (g *gatherer) close(shared *sharedCall) {
	if g.open == shared {
		g.open = nil
	}
}

// wait returns once the call has ended. It returns false as soon as the context
// is done while other reads still wait for the call; the last one ends it.
func (g *gatherer) wait(ctx context.Context, shared *sharedCall) bool {
	select {
	case <-shared.done:
		return true
	case <-ctx.Done():
	}
	g.mu.Lock()
	shared.waiting--
	last := shared.waiting == 0
	if last {
		shared.cancel(ctx.Err())
		g.close(shared)
	}
	g.mu.Unlock()
	if last {
		<-shared.done
	}
	return last
}
