// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	// gatherTime is how long a call waits for reads to share it before its
	// first request: about as long as Terraform takes to start the reads that
	// it makes at once, and too short to be noticed.
	gatherTime = 3 * time.Millisecond
	// minBackoff is the wait before the first retry. It doubles with each retry.
	minBackoff = 500 * time.Millisecond
	// maxBackoff caps the wait that the client chooses.
	maxBackoff = time.Minute
)

// batcher coalesces concurrent reads of one list into one call. A read is
// answered only from requests that were sent after it began, so that one which
// depends on something just created sees it. That is why a call takes reads in
// only while it has no request under way and has received nothing, why
// singleflight does not fit, and why no answer is kept.
type batcher[E any] struct {
	requester *requester
	endpoint  endpoint[E]
	gather    time.Duration

	mu sync.Mutex
	// waiting is the call that reads join, nil if none waits.
	waiting *batch[E]
}

func newBatcher[E any](r *requester, e endpoint[E]) *batcher[E] {
	return &batcher[E]{requester: r, endpoint: e, gather: gatherTime}
}

// read returns the whole list, or a [*CallError]. A read that is cancelled gets
// the context's error, even if the answer is already there.
func (b *batcher[E]) read(ctx context.Context) ([]E, error) {
	limit := b.requester.options.deadline()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	w := &waiter[E]{done: make(chan struct{})}
	b.join(ctx, w)
	select {
	case <-w.done:
	case <-ctx.Done():
	case <-deadline.C:
	}
	waited := b.leave(w)
	switch {
	case ctx.Err() != nil:
		return nil, b.failed(w, ctx.Err())
	case waited:
		return nil, b.failed(w, &DeadlineError{After: limit, Last: b.waitedFor(w)})
	case w.err != nil:
		return nil, b.failed(w, w.err)
	}
	return w.elements, nil
}

// join adds a read to the call that waits, or to a new one.
func (b *batcher[E]) join(ctx context.Context, w *waiter[E]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		// The call outlives the read that began it, if others share it.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // The batch calls it.
		b.waiting = &batch[E]{
			batcher: b,
			list:    newList(b.requester, b.endpoint),
			due:     time.Now().Add(b.gather),
			cancel:  cancel,
		}
		go b.waiting.run(ctx)
	}
	b.waiting.take(b.waiting.due, w)
}

// leave takes a read out of its call, and says whether it still waited. The last
// one to leave a call ends that.
func (b *batcher[E]) leave(w *waiter[E]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := w.batch
	before := len(left.reads)
	left.reads = slices.DeleteFunc(left.reads, func(other *waiter[E]) bool { return other == w })
	if len(left.reads) == 0 {
		left.cancel()
		left.stopWaiting()
	}
	return len(left.reads) < before
}

// failed adds the facts of its request to a read's error.
func (b *batcher[E]) failed(w *waiter[E], err error) *CallError {
	return &CallError{
		Method:    http.MethodGet,
		Path:      b.requester.url(b.endpoint.path).Path,
		Attempts:  w.attempts,
		RequestID: w.requestID,
		Err:       err,
	}
}

// waitedFor returns what kept a read waiting last: a failed attempt, or the
// answer that throttles the client. It is nil if neither did.
func (b *batcher[E]) waitedFor(w *waiter[E]) error {
	if _, throttled := b.requester.throttle.remaining(); w.last == nil && throttled != nil {
		return throttled
	}
	return w.last
}

// waiter is one read that waits for a call.
type waiter[E any] struct {
	// The batcher's mu guards these until the read has left its batch.

	batch     *batch[E]
	attempts  int    // at the last request
	requestID string // of the last attempt
	last      error  // of the last attempt, nil if it succeeded

	// done is closed once what follows is set.
	done     chan struct{}
	elements []E
	err      error
}

func (w *waiter[E]) end(elements []E, err error) {
	w.elements, w.err = elements, err
	close(w.done)
}

// batch is one call and the reads that share it.
type batch[E any] struct {
	*batcher[E]

	list   *list[E]
	cancel context.CancelFunc

	// The batcher's mu guards what follows.

	reads []*waiter[E]
	// due is when the next attempt may be made.
	due time.Time
	// attempts counts those of the request that is next.
	attempts int
	// partial says that a page has come: no more reads may join.
	partial bool
}

// run makes one attempt after another until no read waits any more.
func (b *batch[E]) run(ctx context.Context) {
	defer b.cancel()
	for {
		attempt, ok := b.wait(ctx)
		if !ok {
			return
		}
		elements, whole, err := b.list.next(ctx, attempt)
		if wait, again := b.settle(elements, whole, err); again {
			b.logRetry(ctx, attempt, err, wait)
		}
	}
}

// wait returns the next attempt once it may be made, and false if no read waits
// for it any more. Until then reads join.
func (b *batch[E]) wait(ctx context.Context) (attempt, bool) {
	for {
		longer := b.requester.throttle.longer()
		remaining, next, ok := b.begin()
		if !ok || remaining <= 0 {
			return next, ok
		}
		select {
		case <-time.After(remaining):
		case <-longer:
		case <-ctx.Done():
			return attempt{}, false
		}
	}
}

// begin begins an attempt, or returns how long it is too early for that.
func (b *batch[E]) begin() (remaining time.Duration, next attempt, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held, throttled := b.requester.throttle.remaining()
	if held > MaxWait {
		for _, w := range b.reads {
			w.attempts, w.requestID = 0, "" // The next request is not sent.
		}
		b.end(nil, throttled)
	}
	if len(b.reads) == 0 {
		b.stopWaiting()
		return 0, attempt{}, false
	}
	if remaining = max(held, time.Until(b.due)); remaining > 0 {
		return remaining, attempt{}, true
	}
	b.stopWaiting()
	b.attempts++
	next = attempt{number: b.attempts, requestID: newRequestID()}
	for _, w := range b.reads {
		w.attempts++
		w.requestID = next.requestID
	}
	return 0, next, true
}

// settle gives the outcome of an attempt to the reads. It says whether another
// attempt follows a failure, and after which wait.
func (b *batch[E]) settle(elements []E, whole bool, err error) (wait time.Duration, again bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err != nil:
		return b.retry(err)
	case whole:
		b.end(elements, nil)
	default:
		b.partial = true
		b.attempts = 0
		for _, w := range b.reads {
			w.attempts, w.last = 0, nil
		}
	}
	return 0, false
}

// retry ends the reads that have no attempt left. The others wait, in the call
// that does already if there is one.
func (b *batch[E]) retry(err error) (wait time.Duration, again bool) {
	_, asked, transient := retryable(err)
	wait = max(b.backoff(), asked)
	if status, ok := errors.AsType[*StatusError](err); ok && status.HTTPStatus == http.StatusTooManyRequests {
		b.requester.throttle.hold(cmp.Or(asked, wait), status)
	}
	var others []*waiter[E]
	for _, w := range b.reads {
		if w.last = err; transient && w.attempts <= b.requester.options.MaxRetries {
			others = append(others, w)
		} else {
			w.end(nil, err)
		}
	}
	b.reads, b.due = nil, time.Now().Add(wait)
	if len(others) == 0 {
		return 0, false
	}
	next := b
	if !b.partial {
		b.waiting = cmp.Or(b.waiting, b)
		next = b.waiting
	}
	next.take(b.due, others...)
	return wait, true
}

// backoff returns the wait of the read that has failed least often: exponential,
// with up to 50% jitter.
func (b *batch[E]) backoff() time.Duration {
	failures := b.attempts
	for _, w := range b.reads {
		failures = min(failures, w.attempts)
	}
	wait := min(minBackoff<<min(failures-1, 16), maxBackoff)
	return wait - rand.N(wait/2) //nolint:gosec // Jitter needs no secret randomness.
}

// take adds reads, which may not be tried again before they are due. All wait for
// the last of them: what one has just seen of the server holds for the others.
func (b *batch[E]) take(due time.Time, reads ...*waiter[E]) {
	for _, w := range reads {
		w.batch = b
	}
	b.reads = append(b.reads, reads...)
	if due.After(b.due) {
		b.due = due
	}
}

// end gives all reads the same answer.
func (b *batch[E]) end(elements []E, err error) {
	for _, w := range b.reads {
		w.end(elements, err)
	}
	b.reads = nil
}

// stopWaiting keeps further reads out.
func (b *batch[E]) stopWaiting() {
	if b.waiting == b {
		b.waiting = nil
	}
}

// logRetry says why and when the next attempt follows.
func (b *batch[E]) logRetry(ctx context.Context, failed attempt, err error, wait time.Duration) {
	class, _, _ := retryable(err)
	tflog.Warn(ctx, "Retrying the Unpod API request", map[string]any{
		"method":     http.MethodGet,
		"path":       b.list.url.Path,
		"attempt":    failed.number,
		"request_id": failed.requestID,
		"reason":     class,
		"wait_ms":    wait.Milliseconds(),
	})
}
