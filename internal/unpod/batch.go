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
	// gatherTime is how long a batch waits for more reads before its first
	// request. Terraform starts concurrent reads within about this time, and
	// users do not notice it.
	gatherTime = 3 * time.Millisecond
	// minBackoff is the wait before the first retry. It doubles with each retry.
	minBackoff = 500 * time.Millisecond
	// maxBackoff caps the backoff. A server may ask for a longer wait.
	maxBackoff = time.Minute
)

// batcher coalesces concurrent reads of one list. A read only gets data from
// requests sent after it began, so that it sees what was created just before.
// That is why a batch accepts reads only while it has no request in flight and
// no page yet. It also rules out singleflight and caching.
type batcher[E any] struct {
	requester *requester
	endpoint  endpoint[E]
	gather    time.Duration

	mu sync.Mutex
	// waiting is the batch that reads join, nil if there is none.
	waiting *batch[E]
}

func newBatcher[E any](r *requester, e endpoint[E]) *batcher[E] {
	return &batcher[E]{requester: r, endpoint: e, gather: gatherTime}
}

// read returns the whole list or a [*CallError]. If ctx is canceled, the error
// is the context's, even if the list has already arrived.
func (b *batcher[E]) read(ctx context.Context) ([]E, error) {
	w := &waiter[E]{done: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return nil, b.failed(w, err)
	}
	limit := b.requester.options.deadline()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
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

// join adds a read to the waiting batch, or starts a new one.
func (b *batcher[E]) join(ctx context.Context, w *waiter[E]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		// The batch outlives the read that started it if others join.
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

// leave removes a read from its batch and reports whether it was still waiting.
// The batch ends when its last read leaves.
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

// failed wraps a read's error in a [*CallError].
func (b *batcher[E]) failed(w *waiter[E], err error) *CallError {
	return &CallError{
		Method:    http.MethodGet,
		Path:      b.requester.url(b.endpoint.path).Path,
		Attempts:  w.attempts,
		RequestID: w.requestID,
		Err:       err,
	}
}

// waitedFor returns the last thing that kept a read waiting: a failed attempt,
// or the response that throttles the client. It is nil if there was neither.
func (b *batcher[E]) waitedFor(w *waiter[E]) error {
	if _, throttled := b.requester.throttle.remaining(); w.last == nil && throttled != nil {
		return throttled
	}
	return w.last
}

// waiter is one read that waits for a batch.
type waiter[E any] struct {
	// The batcher's mu guards these until the read has left its batch.

	batch     *batch[E]
	attempts  int    // of the last request
	requestID string // of the last attempt
	last      error  // of the last attempt, nil if it succeeded

	// done is closed once the fields below are set.
	done     chan struct{}
	elements []E
	err      error
}

func (w *waiter[E]) end(elements []E, err error) {
	w.elements, w.err = elements, err
	close(w.done)
}

// batch is a series of requests and the reads that share them.
type batch[E any] struct {
	*batcher[E]

	list   *list[E]
	cancel context.CancelFunc

	// The batcher's mu guards the fields below.

	reads []*waiter[E]
	// due is the earliest time for the next attempt.
	due time.Time
	// attempts counts the attempts of the current request.
	attempts int
	// partial is set once a page has arrived. No more reads may join then.
	partial bool
}

// run makes attempts until no read is waiting.
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

// wait blocks until the next attempt is due. Reads can join meanwhile. It
// returns false if no read is waiting anymore.
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

// begin starts the next attempt if it is due, or returns the time until then.
func (b *batch[E]) begin() (remaining time.Duration, next attempt, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held, throttled := b.requester.throttle.remaining()
	if held > MaxWait {
		for _, w := range b.reads {
			w.attempts, w.requestID = 0, "" // The next request is never sent.
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

// settle passes the outcome of an attempt to the reads. It reports whether a
// retry follows, and after what wait.
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

// retry fails the reads that have no attempts left. The others wait for a retry.
// They join the batch that is already waiting, unless a page has arrived.
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

// backoff returns an exponential wait with up to 50% jitter, based on the read
// with the fewest failures.
func (b *batch[E]) backoff() time.Duration {
	failures := b.attempts
	for _, w := range b.reads {
		failures = min(failures, w.attempts)
	}
	wait := min(minBackoff<<min(failures-1, 16), maxBackoff)
	return wait - rand.N(wait/2) //nolint:gosec // Jitter is not a secret.
}

// take adds reads that must not be retried before due. The latest due time
// applies to the whole batch, since what the server told one read holds for all.
func (b *batch[E]) take(due time.Time, reads ...*waiter[E]) {
	for _, w := range reads {
		w.batch = b
	}
	b.reads = append(b.reads, reads...)
	if due.After(b.due) {
		b.due = due
	}
}

// end gives all reads the same result.
func (b *batch[E]) end(elements []E, err error) {
	for _, w := range b.reads {
		w.end(elements, err)
	}
	b.reads = nil
}

// stopWaiting keeps more reads from joining.
func (b *batch[E]) stopWaiting() {
	if b.waiting == b {
		b.waiting = nil
	}
}

// logRetry logs the reason for a retry and the wait before it.
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
