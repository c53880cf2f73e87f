// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit allows a number of requests per window, which begins with its first
// request. The zero value means no limit.
type RateLimit struct {
	Requests int
	Window   time.Duration
	// ResetOnly sends X-RateLimit-Reset instead of Retry-After.
	ResetOnly bool
}

// refuse responds to a request over the limit.
func (l RateLimit) refuse(form ErrorForm, now, reset time.Time) http.HandlerFunc {
	seconds := strconv.FormatInt(secondsUp(reset.Sub(now)), 10)
	answer := form.refuse(http.StatusTooManyRequests, "rate_limit_exceeded",
		"Request was throttled. Expected available in "+seconds+" seconds.")
	if l.ResetOnly {
		return rateLimitHeaders(l.Requests, reset, answer)
	}
	return Header("Retry-After", seconds, answer)
}

// rateLimitHeaders adds the headers of an exhausted limit.
func rateLimitHeaders(limit int, reset time.Time, next http.HandlerFunc) http.HandlerFunc {
	next = Header("X-RateLimit-Reset", strconv.FormatInt(secondsUp(time.Duration(reset.UnixNano())), 10), next)
	next = Header("X-RateLimit-Remaining", "0", next)
	return Header("X-RateLimit-Limit", strconv.Itoa(limit), next)
}

// secondsUp rounds up to whole seconds, so that a client that waits this long is
// not too early.
func secondsUp(duration time.Duration) int64 {
	return int64((duration + time.Second - 1) / time.Second)
}

// limiter counts the requests of the current window.
type limiter struct {
	reset time.Time // when the window ends
	used  int
}

// allow counts a request and reports whether it is within the limit.
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
