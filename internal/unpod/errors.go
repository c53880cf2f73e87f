// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"net/http"
	"time"
)

// MaxWait caps the wait that a server may ask for: a minute, with room for two
// clocks that count in whole seconds. A plan that stands still for longer, without
// a word, is worse than an error that says why.
const MaxWait = 65 * time.Second

// CallError is the error of every read that failed: the facts of its last
// request, and the reason. Err is a [*StatusError], [*RedirectError],
// [*NotJSONError], [*ShapeError], [*TokenReturnedError], [*IncompleteError],
// [*TooLargeError], [*TimeoutError], [*TLSError], [*ConnectionError] or
// [*DeadlineError], or the context's error if the caller gave up. No text in it
// shows the token.
type CallError struct {
	Method string
	// Path is the URL's path, with the base URL's prefix.
	Path string
	// Attempts counts those that this read waited for, at the last request. It
	// is 0 if nothing was sent for it.
	Attempts int
	// RequestID is the X-Request-Id of the last attempt, empty if there was
	// none.
	RequestID string
	Err       error
}

func (e *CallError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Method, e.Path, e.Err)
}

func (e *CallError) Unwrap() error { return e.Err }

// StatusError says that the platform, or something in front of it, returned an
// error.
type StatusError struct {
	// HTTPStatus is the response's status.
	HTTPStatus int
	// Status is what the response means: the body's status_code if it
	// contradicts an HTTP status 200, else the HTTP status.
	Status int
	// Message is the server's own, made safe to show. It is empty if the body
	// has none.
	Message string
	// Code is the server's name for the error, such as rate_limit_exceeded, made
	// safe to show. Most have none. API: error.code
	Code string
	// BodyType is the type of the body.
	BodyType BodyType
	// RetryAfter is how long the server asks to wait, 0 if it does not.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("status %d: %q", e.Status, e.Message)
}

// RedirectError says that the response was a redirect, which is never followed.
type RedirectError struct {
	HTTPStatus int
	// Origin is the target's scheme, host and port, made safe to show. It is
	// empty if the target is no web server.
	Origin string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("status %d: redirect to %q", e.HTTPStatus, e.Origin)
}

// BodyType is all that is told of a body that is not shown.
type BodyType struct {
	Empty bool
	// MediaType is the Content-Type without its parameters, empty if that is
	// missing or no media type.
	MediaType string
}

// NotJSONError says that the body of a response with status 200 is not JSON.
type NotJSONError struct{ BodyType BodyType }

func (e *NotJSONError) Error() string {
	return fmt.Sprintf("the body is not JSON but %q", e.BodyType.MediaType)
}

// ShapeError says that a body is JSON, but not as documented.
type ShapeError struct {
	// Place is an element by its index and a field by its name, such as
	// data[3].id.
	Place string
	// Problem is what is wrong there. It does not show the value.
	Problem string
}

func (e *ShapeError) Error() string { return e.Place + " " + e.Problem }

// TokenReturnedError says that a server put the API token into its response.
type TokenReturnedError struct {
	// Place is as in [ShapeError].
	Place string
}

func (e *TokenReturnedError) Error() string { return e.Place + " contains the API token" }

// IncompleteError says that a list did not add up to its total.
type IncompleteError struct {
	// Received is how many elements came, Total how many the server announced.
	Received, Total int
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("received %d of %d elements", e.Received, e.Total)
}

// TooLargeError says that a response exceeds what the client reads.
type TooLargeError struct {
	// Limit is what was exceeded, in words.
	Limit string
}

func (e *TooLargeError) Error() string { return "more than " + e.Limit }

// TimeoutError says that an attempt took longer than Options.RequestTimeout.
type TimeoutError struct{ Timeout time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("not complete within %s", e.Timeout) }

// TLSError says that no trusted connection could be made.
type TLSError struct {
	// Reason is made safe to show. It can contain the server's words.
	Reason string
	// PlainHTTP says that the server speaks HTTP without TLS.
	PlainHTTP bool
}

func (e *TLSError) Error() string { return e.Reason }

// ConnectionError says that an attempt ended without a whole response.
type ConnectionError struct {
	// Reason is made safe to show. It can contain a server's or a proxy's words.
	Reason string
}

func (e *ConnectionError) Error() string { return e.Reason }

// DeadlineError says that a read, with its retries and pages, took too long.
type DeadlineError struct {
	// After is how long it took.
	After time.Duration
	// Last is the error of its last attempt, or the response that throttles the
	// client. It is nil if neither kept it waiting.
	Last error
}

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("not complete after %s, last: %v", e.After, e.Last)
}

// retryable says whether an error of an attempt may go away, how long the server
// asks to wait for that, and what class it is for the log: without a word that
// came from outside.
func retryable(err error) (class string, wait time.Duration, ok bool) {
	switch err := err.(type) { //nolint:errorlint // An attempt's error is not wrapped.
	case *TimeoutError:
		return "timeout", 0, true
	case *ConnectionError:
		return "connection failed", 0, true
	case *StatusError:
		return fmt.Sprintf("status %d", err.HTTPStatus), err.RetryAfter, retriedStatuses[err.HTTPStatus] && err.RetryAfter <= MaxWait
	}
	return "", 0, false
}

// retriedStatuses are those of a server that may answer later.
var retriedStatuses = map[int]bool{
	http.StatusTooManyRequests:     true,
	http.StatusInternalServerError: true,
	http.StatusBadGateway:          true,
	http.StatusServiceUnavailable:  true,
	http.StatusGatewayTimeout:      true,
}
