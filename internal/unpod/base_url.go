// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseOrgHandle reads an organization's domain_handle, without surrounding
// blanks.
func ParseOrgHandle(text string) (string, error) {
	return parseHeaderValue(strings.TrimSpace(text))
}

// parseHeaderValue refuses what cannot be one word of a header. Its errors do
// not show the text, which may be a secret.
func parseHeaderValue(text string) (string, error) {
	if text == "" {
		return "", errors.New("must not be empty")
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return "", errors.New("must not contain blanks or control characters")
	}
	return text, nil
}

// ParseBaseURL reads the address of an Unpod platform: a URL, or a bare host,
// which means https. It may have a path, for a platform behind a prefix. Its
// errors do not show the text, because it may hold a password.
func ParseBaseURL(text string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, errors.New("must not be empty")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	parsed, err := url.Parse(text)
	if err != nil {
		// The error itself shows the text.
		return nil, errors.New("must be a URL such as https://unpod.dev, or a host name")
	}
	if err := checkBaseURL(parsed, text); err != nil {
		return nil, err
	}
	return parsed.JoinPath("/"), nil // An empty path would join to a relative one.
}

// checkBaseURL refuses what a base URL must not have. It looks into the text
// for what the parsed URL no longer tells: an empty query or fragment.
func checkBaseURL(parsed *url.URL, text string) error {
	switch {
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("must begin with https:// or http://")
	case parsed.User != nil:
		return errors.New("must not contain a user name or password")
	case strings.ContainsAny(text, "?#"):
		return errors.New("must not contain a query or fragment")
	case parsed.Hostname() == "" || strings.ContainsFunc(parsed.Host, unicode.IsSpace):
		return errors.New("must name a host")
	case strings.HasSuffix(parsed.Host, ":") || !validPort(parsed.Port()):
		return errors.New("must have a port from 1 to 65535, or none")
	}
	return nil
}

func validPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || (err == nil && port > 0)
}

// IsLoopback says whether a URL's host is this machine, so that what is sent
// to it crosses no network.
func IsLoopback(address *url.URL) bool {
	host := address.Hostname()
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
