// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit allows a number of requests in each window of time, which begins with
// the first of them. The zero value has no limit.
type RateLimit struct {
	Requests int
	Window   time.Duration
	// ResetOnly makes the answer tell with X-RateLimit-Reset when to come again,
	// and not with Retry-After.
	ResetOnly bool
}

// refuse answers a request that is one too many.
func (l RateLimit) refuse(form ErrorForm, now, reset time.Time) http.HandlerFunc {
	seconds := strconv.FormatInt(secondsUp(reset.Sub(now)), 10)
	answer := form.refuse(http.StatusTooManyRequests, "rate_limit_exceeded",
		"Request was throttled. Expected available in "+seconds+" seconds.")
	if l.ResetOnly {
		return rateLimitHeaders(l.Requests, reset, answer)
	}
	return Header("Retry-After", seconds, answer)
}

// rateLimitHeaders adds the headers that tell of a limit that is used up.
func rateLimitHeaders(limit int, reset time.Time, next http.HandlerFunc) http.HandlerFunc {
	next = Header("X-RateLimit-Reset", strconv.FormatInt(secondsUp(time.Duration(reset.UnixNano())), 10), next)
	next = Header("X-RateLimit-Remaining", "0", next)
	return Header("X-RateLimit-Limit", strconv.Itoa(limit), next)
}

// secondsUp rounds up to whole seconds: who waits that long is not too early.
func secondsUp(duration time.Duration) int64 {
	return int64((duration + time.Second - 1) / time.Second)
}

// limiter counts the requests of the window under way.
type limiter struct {
	reset time.Time // when the window ends
	used  int
}

// allow counts a request, unless it is one too many.
func (l *limiter) allow(limit RateLimit, now time.Time) bool {
	if limit.Requests == 0 {
		return true
	}
	if !now.Before(l.reset) {
		*l = limiter{reset: now.Add(limit.Window)}
	}
	if l.used == limit.Requests {
		return false
	}
	l.used++
	return true
}
