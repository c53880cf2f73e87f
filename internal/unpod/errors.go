// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"strings"
	"time"
)

// MaxWait caps the wait that a server may ask for: a minute, plus slack for
// clocks that count in whole seconds. If it asks for longer, the read fails at
// once, since a clear error is better than a plan that hangs.
const MaxWait = 65 * time.Second

// CallError is the error of every failed read. It describes the last request.
// Err is a [*StatusError], [*RedirectError], [*NotJSONError], [*ShapeError],
// [*IncompleteError], [*TooLargeError], [*TimeoutError], [*TLSError],
// [*ConnectionError], [*ProxyError] or [*DeadlineError], or the context's error if
// the caller gave up. It never contains the token.
type CallError struct {
	// Path is the URL's path, including the base URL's prefix.
	Path string
	// Attempts is the number of attempts at the last request since the last read
	// joined that shares it. It is 0 if there was none.
	Attempts int
	// RequestID is the X-Request-Id of the last of these attempts, empty if there
	// was none.
	RequestID string
	Err       error
}

func (e *CallError) Error() string {
	return fmt.Sprintf("GET %s: %s", e.Path, e.Err)
}

func (e *CallError) Unwrap() error { return e.Err }

// StatusError means that the platform, or a proxy in front of it, returned an
// error.
type StatusError struct {
	// HTTPStatus is the response's status code.
	HTTPStatus int
	// Status is the effective status: the body's status_code if it contradicts
	// HTTP status 200, else the HTTP status.
	Status int
	// Message is the server's message, sanitized. It is empty if the body has
	// none.
	Message string
	// Code is the server's error code, such as rate_limit_exceeded, sanitized.
	// It is usually empty. API: error.code
	Code     string
	BodyType BodyType
	// MissingPath is the path for which the platform returned status 404 before, if
	// this is the response for another one.
	MissingPath string
	// RetryAfter is how long the server asks to wait, 0 if it does not ask.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("status %d: %q", e.Status, e.Message)
}

// RedirectError means that the response was a redirect. The client never follows
// redirects.
type RedirectError struct {
	HTTPStatus int
	// Origin is the target's scheme, host and port, sanitized. It is empty if
	// the target has no valid host.
	Origin string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("status %d: redirect to %q", e.HTTPStatus, e.Origin)
}

// BodyType describes a body that is not shown.
type BodyType struct {
	Empty bool
	// MediaType is the Content-Type without parameters. It is empty if the
	// header is missing or invalid.
	MediaType string
}

// NotJSONError means that a response with status 200 has no JSON body.
type NotJSONError struct{ BodyType BodyType }

func (e *NotJSONError) Error() string {
	return fmt.Sprintf("the body is not JSON but %q", e.BodyType.MediaType)
}

// The problems of a [ShapeError] that are not about the shape of a value.
const (
	TokenReturned     = "contains the API token"
	OtherOrganization = "is not the organization that was asked for"
)

// ShapeError means that a JSON body does not have the documented shape, or has
// what no list may have.
type ShapeError struct {
	// Place is the path of the value, such as data[3].id.
	Place string
	// Problem says what is wrong there. It never includes the value.
	Problem string
}

func (e *ShapeError) Error() string { return e.Place + " " + e.Problem }

// IsCharacter reports whether the problem is a character that texts must not have.
func (e *ShapeError) IsCharacter() bool { return strings.Contains(e.Problem, "(U+") }

// IncompleteError means that a list does not match the total that the server
// announced.
type IncompleteError struct {
	// Received is the number of elements that arrived, Total the number
	// announced.
	Received, Total int
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("received %d of %d elements", e.Received, e.Total)
}

// TooLargeError means that a response exceeds one of the client's limits.
type TooLargeError struct {
	// Limit describes the limit, such as 16 MiB.
	Limit string
}

func (e *TooLargeError) Error() string { return "more than " + e.Limit }

// TimeoutError means that an attempt reached Options.RequestTimeout, whether it
// was connecting or waiting for the response.
type TimeoutError struct {
	Timeout time.Duration
	// Silent is set if the server sent nothing since the TLS handshake started.
	Silent bool
}

func (e *TimeoutError) Error() string { return fmt.Sprintf("not complete within %s", e.Timeout) }

// TLSCause is why a connection is not trusted.
type TLSCause int

// The causes of a [TLSError].
const (
	TLSOther             TLSCause = iota
	TLSUnknownAuthority           // The certificate's CA is not trusted.
	TLSExpired                    // The certificate has expired, or is not valid yet.
	TLSOtherName                  // The certificate is for other hosts.
	TLSNoName                     // The certificate has no subject alternative name.
	TLSCertificate                // The certificate is invalid for another reason.
	TLSClientCertificate          // The server wants a client certificate.
	TLSVersion                    // The server has no version from TLS 1.2 on.
	TLSPlainHTTP                  // The server answered in text, as without TLS.
)

// TLSError means that no trusted connection could be made.
type TLSError struct {
	Cause TLSCause
	// Reason is sanitized. It may contain the server's words.
	Reason string
}

func (e *TLSError) Error() string { return e.Reason }

// ConnectionError means that an attempt ended without a complete response.
type ConnectionError struct {
	// Reason is sanitized. It may contain the words of a server or a proxy.
	Reason string
}

func (e *ConnectionError) Error() string { return e.Reason }

// ProxyError means that the proxy failed, or refused the request.
type ProxyError struct {
	// Variable is the environment variable that names the proxy.
	Variable string
	// Refused is set if another attempt is useless, or could lock an account.
	Refused bool
	// Err is a [*StatusError], [*TLSError], [*TimeoutError] or [*ConnectionError].
	// It is nil if the variable is not the URL of a proxy.
	Err error
}

func (e *ProxyError) Error() string { return fmt.Sprintf("the proxy of %s: %v", e.Variable, e.Err) }

// DeadlineError means that a read took too long, with its retries and pages.
type DeadlineError struct {
	// After is the time limit of the read.
	After time.Duration
	// Last is the error of the last attempt, or the response that throttles the
	// client. It is nil if there was neither.
	Last error
}

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("not complete after %s, last: %v", e.After, e.Last)
}
