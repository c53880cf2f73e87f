// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Body responds with a status, a content type and a body.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // The client may be gone.
	}
}

// JSON responds with a JSON body.
func JSON(status int, body string) http.HandlerFunc {
	return Body(status, "application/json", body)
}

// HTML responds with a web page, as a proxy or an unhandled server error does.
func HTML(status int, body string) http.HandlerFunc {
	return Body(status, "text/html; charset=utf-8", body)
}

// Header adds a header to the response of next.
func Header(name, value string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		next(w, r)
	}
}

// Throttled responds as the platform does if a request came too soon.
func Throttled(retryAfter string) http.HandlerFunc {
	return Header("Retry-After", retryAfter, JSON(http.StatusTooManyRequests,
		`{"message":"Request was throttled. Expected available in `+retryAfter+` seconds.","status_code":429}`))
}

// Redirect responds with a redirect to the target.
func Redirect(status int, target string) http.HandlerFunc {
	return Header("Location", target, Body(status, "text/plain", ""))
}

// Delay responds as next does, after a delay. It gives up if the client does.
func Delay(by time.Duration, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(by):
			next(w, r)
		case <-r.Context().Done():
		}
	}
}

// Drip sends an endless body, one byte at each interval, until the client
// disconnects.
func Drip(interval time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")             // The client may be gone.
			_ = http.NewResponseController(w).Flush() // The client may be gone.
			select {
			case <-time.After(interval):
			case <-r.Context().Done():
			}
		}
	}
}

// BreakOff announces the whole body, sends half of it and hangs up.
func BreakOff(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body[:len(body)/2]) // The client may be gone.
		_ = http.NewResponseController(w).Flush()    // The client may be gone.
		panic(http.ErrAbortHandler)                  // The documented way to hang up.
	}
}

// Unasked responds with a JSON body, and then sends a text on the idle
// connection before there is another request.
func Unasked(body, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // Listen serves HTTP/1.1, which can be hijacked.
		}
		_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, text)
		_, _ = io.Copy(io.Discard, connection) // Until the client closes it.
		_ = connection.Close()
	}
}

// HangUp closes the connection without a response.
func HangUp(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler) // The documented way to hang up.
}

// encode responds with a value as JSON.
func encode(status int, value any) http.HandlerFunc {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // All values are this package's own and can be encoded.
	}
	return JSON(status, string(body))
}
