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
)

// apiPath is the prefix of every endpoint. Unpod's docs include it in the base
// URL.
const apiPath = "/api/v2/platform"

// ParseBaseURL parses the URL of an Unpod platform. A bare host means https. The
// URL may have a path prefix, and may end in the API's own path. Errors never
// include the text, since it may contain a password.
func ParseBaseURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, errEmpty
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	parsed, err := url.Parse(text)
	if err != nil {
		// url.Parse includes the text in its errors.
		return nil, errors.New("must be a URL such as https://unpod.dev, or a host name")
	}
	if err := checkBaseURL(parsed, text); err != nil {
		return nil, err
	}
	parsed = parsed.JoinPath("/") // Joining to an empty path would give a relative one.
	if prefix, ok := strings.CutSuffix(parsed.EscapedPath(), apiPath+"/"); ok {
		return parsed.Parse(prefix + "/")
	}
	return parsed, nil
}

// checkBaseURL rejects whatever a base URL must not contain. It also needs the
// text, since the parsed URL does not show an empty query or fragment.
func checkBaseURL(parsed *url.URL, text string) error {
	port, err := strconv.ParseUint(parsed.Port(), 10, 16)
	switch {
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("must start with https:// or http://")
	case parsed.User != nil:
		return errors.New("must not contain a user name or password")
	case strings.ContainsAny(text, "?#"):
		return errors.New("must not contain a query string or a fragment")
	case parsed.Hostname() == "":
		return errors.New("must include a host")
	case strings.ContainsFunc(parsed.Host, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("must have an ASCII host. Write an internationalized domain name in Punycode (xn--)")
	case strings.ContainsFunc(parsed.Path, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errors.New("must not contain control or invisible characters in its path")
	case strings.HasSuffix(parsed.Host, ":") || parsed.Port() != "" && (err != nil || port == 0):
		return errors.New("must have a port from 1 to 65535, or no port")
	}
	return nil
}

// IsLoopback reports whether a URL's host is this machine, so that requests to
// it never cross a network.
func IsLoopback(address *url.URL) bool {
	host := address.Hostname()
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
