// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
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

// Message answers with an error as the platform's renderer sends it from 401 up.
func Message(status int, message string) http.HandlerFunc {
	return encode(map[string]any{"message": message, "status_code": status}, status)
}

// ErrorObject answers with an error as newer documents show it.
func ErrorObject(status int, code, message string) http.HandlerFunc {
	return encode(map[string]any{"error": map[string]string{"code": code, "message": message}}, status)
}

// ErrorText answers with an error that is a text.
func ErrorText(status int, text string) http.HandlerFunc {
	return encode(map[string]string{"error": text}, status)
}

// Detail answers with an error as Django REST framework sends it without a renderer.
func Detail(status int, text string) http.HandlerFunc {
	return encode(map[string]string{"detail": text}, status)
}

// FieldErrors answers with errors of fields as the platform's renderer sends them.
func FieldErrors(status int, message string, errors map[string][]string) http.HandlerFunc {
	return encode(map[string]any{"status_code": status, "message": message, "data": struct{}{}, "errors": errors}, status)
}

// PlainFieldErrors answers with errors of fields as Django REST framework sends
// them without a renderer.
func PlainFieldErrors(status int, errors map[string][]string) http.HandlerFunc {
	return encode(errors, status)
}

// TokenExpired answers as the platform does if the token has expired.
func TokenExpired() http.HandlerFunc {
	return Message(http.StatusForbidden, "Token has expired.")
}

// OrgHandleRequired answers as older platforms do if there is no Org-Handle.
func OrgHandleRequired() http.HandlerFunc {
	return Message(http.StatusBadRequest, "Org-Handle header is required.")
}

// RateLimited answers as newer documents show it if the rate limit is used up
// until reset. They show a Retry-After as well: see [Header].
func RateLimited(reset time.Time) http.HandlerFunc {
	return rateLimitHeaders(60, reset, ErrorObject(http.StatusTooManyRequests, "rate_limit_exceeded", "Rate limit exceeded."))
}

// Throttled answers as the platform does if a request came too soon.
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

// encode answers with a value as JSON.
func encode(value any, status int) http.HandlerFunc {
	var body strings.Builder
	if err := json.NewEncoder(&body).Encode(value); err != nil {
		panic(err) // Only this package's own values come here, and each of them encodes.
	}
	return JSON(status, body.String())
}
