// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-uuid"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	// gatherTime is how long a flight waits for more reads before its first
	// request. With less, reads that Terraform starts together get separate
	// requests on a busy machine.
	gatherTime = 5 * time.Millisecond
	// minBackoff is the wait before the first retry. It doubles with each retry.
	minBackoff = 500 * time.Millisecond
	// maxBackoff caps the backoff. A server may ask for a longer wait.
	maxBackoff = time.Minute
)

// flights lets concurrent reads of one list share requests. A read only gets
// data from requests sent after it began, so that it sees what was created just
// before. That rules out singleflight and caching.
type flights[E any] struct {
	requester *requester
	endpoint  endpoint[E]

	mu sync.Mutex
	// waiting are the flights that reads can join, in the order in which they
	// opened. They wait for their first request or its retry.
	waiting []*flight[E]
}

// flight reads the list once, with retries and pages, for all reads that join.
type flight[E any] struct {
	list   *list[E]
	cancel context.CancelFunc
	// done is closed once the flight has ended.
	done chan struct{}

	// The mu of flights guards the fields below.

	reads int // that still wait
	// sent is the last attempt at the current request. It is zero if none was
	// sent since the last read joined.
	sent attempt
	// elements and err are the result. Before the end, err is the error of the
	// last attempt, nil if that succeeded.
	elements []E
	err      error
}

// read returns the whole list or a [*CallError]. If ctx is canceled, the error
// is the context's, even if the list has already arrived.
func (s *flights[E]) read(ctx context.Context) ([]E, error) {
	if ctx.Err() != nil {
		return nil, s.failed(attempt{}, ctx.Err())
	}
	limit, f := s.requester.options.deadline(), s.join(ctx)
	select {
	case <-f.done:
	case <-ctx.Done():
	case <-time.After(limit):
	}
	return s.leave(ctx, f, limit)
}

// join adds a read to the flight that opened last, or starts one. The flight
// gets all its attempts again, so that no read has fewer than it was promised.
func (s *flights[E]) join(ctx context.Context) *flight[E] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		f := &flight[E]{list: newList(s.requester, s.endpoint), done: make(chan struct{})}
		// The flight outlives the read that starts it if others join.
		ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // leave calls cancel.
		s.waiting = append(s.waiting, f)
		go s.run(ctx, f)
	}
	f := s.waiting[len(s.waiting)-1]
	f.reads++
	f.sent = attempt{}
	return f
}

// leave ends a read and returns its result. A flight that has not ended goes on
// if other reads wait for it.
func (s *flights[E]) leave(ctx context.Context, f *flight[E], limit time.Duration) ([]E, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.reads--
	if f.reads == 0 {
		s.stopJoining(f)
		f.cancel()
	}
	err := f.err
	select {
	case <-f.done:
	default:
		err = &DeadlineError{After: limit, Last: cmp.Or(err, s.requester.throttle.cause())}
	}
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return nil, s.failed(f.sent, err)
	}
	return f.elements, nil
}

// failed wraps a read's error in a [*CallError].
func (s *flights[E]) failed(last attempt, err error) *CallError {
	return &CallError{
		Path:      cmp.Or(last.path, s.requester.url(s.endpoint.path).Path),
		Attempts:  last.number,
		RequestID: last.requestID,
		Err:       err,
	}
}

// run makes attempts until the list is whole, an error is final, or no read
// waits anymore.
func (s *flights[E]) run(ctx context.Context, f *flight[E]) {
	wait := gatherTime
	for {
		err := s.requester.throttle.wait(ctx, wait)
		next := s.depart(f)
		if err != nil {
			s.end(f, attempt{path: next.path}, nil, err) // The request was not sent.
			return
		}
		elements, whole, err := f.list.next(ctx, next)
		before := f.err
		if next.number == 1 {
			before = nil // It was before the last read joined.
		}
		reason, asked, again := retry(err, before)
		wait = max(backoff(next.number), asked)
		if status, ok := errors.AsType[*StatusError](err); ok && status.HTTPStatus == http.StatusTooManyRequests {
			s.requester.throttle.hold(cmp.Or(asked, wait), status)
		}
		switch {
		case err == nil && !whole:
			s.reopen(f, attempt{}, nil)
			wait = 0 // The next page, or the other path, is another request.
		case again && next.number <= s.requester.options.MaxRetries:
			if !s.reopen(f, next, err) {
				return
			}
			tflog.Warn(ctx, "Retrying the Unpod API request", next.fields(), map[string]any{
				"reason": reason, "wait_ms": wait.Milliseconds(),
			})
		default:
			s.end(f, next, elements, err)
			return
		}
	}
}

// depart counts the next attempt, and keeps more reads from joining. Only a flight
// that has departed ends, so no read can join one that has ended.
func (s *flights[E]) depart(f *flight[E]) attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopJoining(f)
	requestID, _ := uuid.GenerateUUID() // It never fails, as crypto/rand never does.
	f.sent = attempt{number: f.sent.number + 1, requestID: requestID, path: f.list.url.Path}
	return f.sent
}

// reopen records an attempt that another one follows, and lets reads join until
// then, unless a response counts already. It returns false if no read waits anymore.
func (s *flights[E]) reopen(f *flight[E], sent attempt, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.sent, f.err = sent, err
	if f.reads > 0 && f.list.joinable() {
		s.waiting = append(s.waiting, f)
	}
	return f.reads > 0
}

// end gives all reads of a flight the same result.
func (s *flights[E]) end(f *flight[E], sent attempt, elements []E, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.sent, f.elements, f.err = sent, elements, err
	close(f.done)
}

// stopJoining keeps reads from joining a flight. The caller holds mu.
func (s *flights[E]) stopJoining(f *flight[E]) {
	s.waiting = slices.DeleteFunc(s.waiting, func(other *flight[E]) bool { return other == f })
}

// retry reports whether another attempt may succeed, and how long the server
// asks to wait before it. The reason is for the log, and has no text from outside.
// A server that was silent twice may not speak TLS.
func retry(err, before error) (reason string, asked time.Duration, again bool) {
	switch err := err.(type) { //nolint:errorlint // An attempt's error is not wrapped.
	case *TimeoutError:
		last, ok := before.(*TimeoutError) //nolint:errorlint // It is not wrapped.
		return "timeout", 0, !err.Silent || !ok || !last.Silent
	case *ConnectionError:
		return "connection failed", 0, true
	case *ProxyError:
		if last, ok := before.(*ProxyError); ok { //nolint:errorlint // It is not wrapped.
			before = last.Err
		}
		reason, _, again = retry(err.Err, before)
		return reason, 0, again && !err.Refused
	case *StatusError:
		switch err.HTTPStatus {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			again = err.RetryAfter <= MaxWait
		}
		return fmt.Sprintf("status %d", err.HTTPStatus), err.RetryAfter, again
	}
	return "", 0, false
}

// backoff returns the wait before a retry, with up to 50% jitter, so that
// clients do not retry together.
func backoff(failures int) time.Duration {
	wait := min(minBackoff<<min(failures-1, 16), maxBackoff)
	return wait - rand.N(wait/2) //nolint:gosec // Jitter is not a secret.
}
