// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"strconv"
	"time"
)

// Settings choose which of the platforms the local Unpod imitates. The zero value
// is the documented one.
type Settings struct {
	// PublicCode imitates the code that was public in February 2026: the list has
	// another path, the provider is a number, elements have secrets but no
	// account_sid and no created_at, a missing Org-Handle is a 400, and an unknown
	// one lists what belongs to no organization.
	PublicCode bool
	// Errors is the form of error bodies.
	Errors ErrorForm
	// TokenExpired makes the token expired.
	TokenExpired bool
	// RateLimit limits the requests with a valid token.
	RateLimit RateLimit
	// AnyOrganization accepts every handle. Unknown ones mean the first
	// organization.
	AnyOrganization bool
	// Pages adds the platform's paginator: count beside data, and the page and
	// page_size parameters.
	Pages bool
}

// ErrorForm is one of the documented forms of an error body. The zero value
// means MessageForm.
type ErrorForm string

// The forms, with the fields of their bodies.
const (
	MessageForm ErrorForm = "message"    // message and status_code: the platform's renderer
	ObjectForm  ErrorForm = "error"      // error.code and error.message
	TextForm    ErrorForm = "error-text" // error, a string
	DetailForm  ErrorForm = "detail"     // detail: Django REST framework without a renderer
)

// refuse responds with an error in this form.
func (f ErrorForm) refuse(status int, code, message string) http.HandlerFunc {
	switch f {
	case ObjectForm:
		return encode(status, map[string]any{"error": map[string]string{"code": code, "message": message}})
	case TextForm:
		return encode(status, map[string]string{"error": message})
	case DetailForm:
		return encode(status, map[string]string{"detail": message})
	default:
		return encode(status, map[string]any{"message": message, "status_code": status})
	}
}

// refuseMethod responds that the endpoint does not have the method.
func (f ErrorForm) refuseMethod(method string) http.HandlerFunc {
	return f.refuse(http.StatusMethodNotAllowed, "method_not_allowed", `Method "`+method+`" not allowed.`)
}

// ListPath returns the path of the list endpoint.
func (s Settings) ListPath() string {
	if s.PublicCode {
		return OtherPath
	}
	return Path
}

// RateLimit allows a number of requests per window, which begins with its first
// request. The zero value means no limit.
type RateLimit struct {
	Requests int
	Window   time.Duration

	reset time.Time // when the current window ends
	used  int       // requests in the current window
}

// refuse counts a request. It returns the response to one above the limit, else
// nil.
func (l *RateLimit) refuse(form ErrorForm) http.HandlerFunc {
	now := time.Now()
	if !now.Before(l.reset) {
		l.reset, l.used = now.Add(l.Window), 0
	}
	l.used++
	if l.Requests == 0 || l.used <= l.Requests {
		return nil
	}
	seconds := strconv.Itoa(int((l.reset.Sub(now) + time.Second - 1) / time.Second))
	refusal := form.refuse(http.StatusTooManyRequests, "rate_limit_exceeded", "Request was throttled. Expected available in "+seconds+" seconds.")
	refusal = Header("X-RateLimit-Reset", strconv.FormatInt(l.reset.Add(time.Second-1).Unix(), 10), refusal)
	refusal = Header("X-RateLimit-Remaining", "0", Header("X-RateLimit-Limit", strconv.Itoa(l.Requests), refusal))
	return Header("Retry-After", seconds, refusal)
}
