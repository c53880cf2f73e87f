// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Body answers with any status, content type and body.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // The client may have gone, which is its right.
	}
}

// JSON answers with a JSON body.
func JSON(status int, body string) http.HandlerFunc {
	return Body(status, "application/json", body)
}

// List answers with the configurations as the platform does. It encodes them once
// and beforehand, so that a benchmark does not time that.
func List(configurations ...Configuration) http.HandlerFunc {
	return encode(listBody(configurations), http.StatusOK)
}

// HTML answers with a page, as a proxy or an unhandled server error does.
func HTML(status int, body string) http.HandlerFunc {
	return Body(status, "text/html; charset=utf-8", body)
}

// Header answers as next does, with one header more.
func Header(name, value string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		next(w, r)
	}
}

// Throttled answers as the platform does where a call came too soon.
func Throttled(retryAfter string) http.HandlerFunc {
	return Header("Retry-After", retryAfter, JSON(http.StatusTooManyRequests,
		`{"message":"Request was throttled. Expected available in `+retryAfter+` seconds.","status_code":429}`))
}

// Redirect answers with a redirect to the target.
func Redirect(status int, target string) http.HandlerFunc {
	return Header("Location", target, Body(status, "text/plain", ""))
}

// Delay answers as next does, but later. It gives up once the client is gone.
func Delay(by time.Duration, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(by):
			next(w, r)
		case <-r.Context().Done():
		}
	}
}

// Drip sends a body that never ends, a byte at each interval, until the client
// is gone.
func Drip(interval time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			if _, err := io.WriteString(w, " "); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush() // A failed flush shows at the next write.
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				return
			}
		}
	}
}

// BreakOff announces the whole body, sends half of it and hangs up.
func BreakOff(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body[:len(body)/2]) // The client may have gone, which is its right.
		_ = http.NewResponseController(w).Flush()    // Likewise.
		panic(http.ErrAbortHandler)                  // The documented way to hang up.
	}
}

// Unasked answers with a JSON body and, before anything more is asked, sends a
// text on the connection that stays open.
func Unasked(body, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // Listen serves HTTP/1.1, which can be taken over.
		}
		_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, text)
		go func() {
			_, _ = io.Copy(io.Discard, connection) // Until the client closes it.
			_ = connection.Close()
		}()
	}
}

// HangUp closes the connection without an answer.
func HangUp(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler) // The documented way to hang up.
}
