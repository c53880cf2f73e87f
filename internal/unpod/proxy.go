// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// findProxy returns the proxy for a URL and the environment variable that names it,
// or nil if requests go directly. Go also goes directly if the variable cannot be
// parsed. Here that is an error, since the user wants a proxy.
func findProxy(address *url.URL, getenv func(string) string) (proxy *url.URL, variable string, err error) {
	variable = strings.ToUpper(address.Scheme) + "_PROXY"
	if strings.TrimSpace(getenv(variable)) == "" {
		variable = strings.ToLower(variable)
	}
	find := func(value string) *url.URL {
		config := httpproxy.Config{HTTPProxy: value, HTTPSProxy: value, NoProxy: cmp.Or(getenv("NO_PROXY"), getenv("no_proxy"))}
		found, _ := config.ProxyFunc()(address) // It fails only for CGI programs.
		return found
	}
	value := getenv(variable)
	if strings.TrimSpace(value) == "" || find("proxy.example") == nil {
		return nil, "", nil
	}
	proxy = find(value)
	if proxy == nil || strings.HasSuffix(proxy.Host, ":") || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme) {
		return nil, variable, &ProxyError{Variable: variable}
	}
	return proxy, variable, nil
}

// proxyForms returns the texts that reveal a proxy's credentials. They
// include the user name only if there is no password.
func proxyForms(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil {
		return nil
	}
	password, _ := proxy.User.Password()
	secret := cmp.Or(password, proxy.User.Username())
	if secret == "" {
		return nil
	}
	pair := proxy.User.Username() + ":" + secret
	return slices.Concat(encodings(pair), encodings(secret), []string{url.User(secret).String()})
}

// isSOCKSRefusal reports whether a SOCKS proxy refuses for good. net/http has only
// texts for it.
func isSOCKSRefusal(operation *net.OpError) bool {
	text := operation.Err.Error() // Without the names of hosts.
	return strings.HasPrefix(operation.Op, "socks") && (strings.Contains(text, "authentication") || strings.Contains(text, "not allowed"))
}
