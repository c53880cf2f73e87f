// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// maxMessageLength is how much of a server's message is told, in characters:
// more than any of the platform's, and less than a screen.
const maxMessageLength = 500

// CallError is the error of every call that failed: the facts of the call, and
// why it failed. Err is a [*StatusError], [*RedirectError], [*NotJSONError],
// [*ShapeError], [*TokenReturnedError], [*IncompleteError], [*TooLargeError],
// [*TimeoutError], [*TLSError] or [*ConnectionError], or the context's error
// where the caller gave up. No text in it shows the token.
type CallError struct {
	Method string
	// Path is the URL's path, with the base URL's prefix.
	Path string
	// BaseURL is the base URL that was used, without a last slash.
	BaseURL string
	// Attempts is how often the last request was sent: not at all, as far as
	// this reader knows, where it gave up before others that share the call.
	Attempts int
	// RequestID is the X-Request-Id of the last attempt, empty where there was
	// none.
	RequestID string
	Err       error
}

func (e *CallError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Method, e.Path, e.Err)
}

func (e *CallError) Unwrap() error { return e.Err }

// StatusError says that the platform, or something before it, answered with an
// error.
type StatusError struct {
	// HTTPStatus is the answer's status.
	HTTPStatus int
	// Status is what the answer means: the body's status_code where it
	// contradicts an HTTP status 200, else the HTTP status.
	Status int
	// Message is the body's message, made safe to show; empty where the body
	// has none.
	Message string
	// BodyType is what came with it, or in place of it.
	BodyType BodyType
	// RetryAfter is how long the server asked to wait, 0 where it did not.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("answered with status %d: %q", e.Status, e.Message)
}

// RedirectError says that the answer was a redirect, which is never followed.
type RedirectError struct {
	HTTPStatus int
	// Origin is the target's scheme, host and port, made safe to show.
	Origin string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("redirected to %s with status %d", e.Origin, e.HTTPStatus)
}

// BodyType is all that is told of a body which is not shown.
type BodyType struct {
	Empty bool
	// MediaType is the Content-Type without its parameters, made safe to show;
	// empty where there is none.
	MediaType string
}

// NotJSONError says that a body, of an answer with status 200, is not JSON.
type NotJSONError struct{ BodyType BodyType }

func (e *NotJSONError) Error() string {
	return fmt.Sprintf("answered with %q in place of JSON", e.BodyType.MediaType)
}

// ShapeError says that a body is JSON, but not of the documented shape.
type ShapeError struct {
	// Place is where: an element by its index and a field by its name, such as
	// data[3].id.
	Place string
	// Problem is what is wrong there. It does not show the value.
	Problem string
}

func (e *ShapeError) Error() string { return e.Place + " " + e.Problem }

// TokenReturnedError says that a server gave back the API token where a
// configuration's text should be. It did not come from the Unpod API.
type TokenReturnedError struct {
	// Place is where, as in [ShapeError].
	Place string
}

func (e *TokenReturnedError) Error() string { return e.Place + " contains the API token" }

// IncompleteError says that a list did not add up to its total.
type IncompleteError struct {
	// Received is how many elements came, Total how many the server announced.
	Received, Total int
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("%d elements came, %d were announced", e.Received, e.Total)
}

// TooLargeError says that an answer is beyond what the client reads.
type TooLargeError struct {
	// Limit is what was gone beyond, in words.
	Limit string
}

func (e *TooLargeError) Error() string { return "more than " + e.Limit }

// TimeoutError says that an attempt took longer than Options.RequestTimeout.
type TimeoutError struct{ Timeout time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("no whole answer within %s", e.Timeout) }

// TLSError says that no trusted connection could be made.
type TLSError struct {
	// Reason is made safe to show.
	Reason string
}

func (e *TLSError) Error() string { return e.Reason }

// ConnectionError says that an attempt ended without a whole answer, for
// another reason than time.
type ConnectionError struct {
	// Reason is made safe to show.
	Reason string
}

func (e *ConnectionError) Error() string { return e.Reason }

// failed adds the facts of the call to an error.
func (c *call) failed(ctx context.Context, err error) *CallError {
	return &CallError{
		Method:    http.MethodGet,
		Path:      c.url.Path,
		BaseURL:   strings.TrimRight(c.client.options.BaseURL.String(), "/"),
		Attempts:  c.attempts,
		RequestID: c.requestID,
		Err:       c.reason(ctx, err),
	}
}

// reason returns an error that callers can tell apart and that is safe to show.
func (c *call) reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx) // The error of the context that gave a shared call up.
	}
	err = withoutURL(err)
	switch err.(type) { //nolint:errorlint // None of these is wrapped any more.
	case *StatusError, *RedirectError, *NotJSONError, *ShapeError, *TokenReturnedError, *IncompleteError, *TooLargeError, *TimeoutError:
		return err
	}
	if isTLS(err) {
		return &TLSError{Reason: c.client.safe(err.Error())}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &ConnectionError{Reason: "the connection ended before the whole answer had come"}
	}
	return &ConnectionError{Reason: c.client.safe(err.Error())}
}

// withoutURL takes off what net/http wraps around an error, which repeats the
// URL.
func withoutURL(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// safe makes a server's text fit to be shown: on one line, without control
// characters, which could drive a terminal, without the token, and short. The
// order matters: what is taken out must not bring a token together, nor what is
// cut leave a part of one.
func (c *Client) safe(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
	text = c.options.Token.mask(strings.TrimSpace(text))
	characters := 0
	for i := range text {
		if characters == maxMessageLength {
			return text[:i] + "…"
		}
		characters++
	}
	return text
}
