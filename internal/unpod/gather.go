// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"sync"
	"time"
)

// gatherTime is the longest that a read waits for others to share its call with.
// It is as long as Terraform takes to begin the reads that it makes at once, and
// too short to be noticed.
const gatherTime = 3 * time.Millisecond

// gatherer lets reads that begin together share one call. The rule is that a
// read is answered only from requests that were sent after it began, so that one
// which depends on something just made sees it. That is why a read never joins a
// call that is under way, as it would with package singleflight, and why no
// answer is kept.
//
// A call is not held back for the whole window where as many reads wait as ever
// did: Terraform makes so many at once, and begins the next when one of them has
// ended.
type gatherer struct {
	window time.Duration

	mu sync.Mutex
	// open is the call that has not begun yet, nil where there is none.
	open *sharedCall
	// reads are how many wait for a call, this one or one under way, and most is
	// how many ever did.
	reads, most int
}

// sharedCall is a call and those who wait for it.
type sharedCall struct {
	cancel  context.CancelCauseFunc
	waiting int // guarded by the gatherer's mu

	// begun is closed when the call takes in no more reads.
	begun chan struct{}
	// done is closed once the fields below it are set.
	done           chan struct{}
	configurations []ProviderConfiguration
	err            error
}

type readFunc func(context.Context) ([]ProviderConfiguration, error)

// join returns the call that has not begun yet, or a new one.
func (g *gatherer) join(ctx context.Context, read readFunc) *sharedCall {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		g.open = g.prepare(ctx, read)
	}
	shared := g.open
	shared.waiting++
	g.reads++
	if g.reads == g.most {
		g.begin(shared)
	}
	g.most = max(g.most, g.reads)
	return shared
}

// prepare returns a call that begins after the window at the latest. It is
// cancelled with the last read that waits for it and not with the first, whose
// context it has otherwise.
func (g *gatherer) prepare(ctx context.Context, read readFunc) *sharedCall {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	shared := &sharedCall{cancel: cancel, begun: make(chan struct{}), done: make(chan struct{})}
	window := time.AfterFunc(g.window, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.begin(shared)
	})
	go func() {
		<-shared.begun
		window.Stop()
		configurations, err := read(ctx)
		cancel(nil)
		g.end(shared, configurations, err)
	}()
	return shared
}

// begin lets a call begin, and keeps further reads out of it. It needs the lock.
func (g *gatherer) begin(shared *sharedCall) {
	if g.open == shared {
		g.open = nil
		close(shared.begun)
	}
}

// end hands the result to those who wait. They are counted out here and not by
// themselves: the first may read again before the second has woken.
func (g *gatherer) end(shared *sharedCall, configurations []ProviderConfiguration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	shared.configurations, shared.err = configurations, err
	g.reads -= shared.waiting
	close(shared.done)
}

// wait returns once the call has ended. It returns false as soon as the context
// is done while other reads still wait for the call; the last one ends it.
func (g *gatherer) wait(ctx context.Context, shared *sharedCall) bool {
	select {
	case <-shared.done:
		return true
	case <-ctx.Done():
	}
	if g.leave(shared, ctx.Err()) {
		return false
	}
	<-shared.done
	return true
}

// leave counts a read out, and says whether others still wait for its call. It
// cancels the call where there are none.
func (g *gatherer) leave(shared *sharedCall, cause error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-shared.done:
		return false // All have been counted out.
	default:
	}
	shared.waiting--
	g.reads--
	if shared.waiting > 0 {
		return true
	}
	shared.cancel(cause)
	g.begin(shared)
	return false
}
