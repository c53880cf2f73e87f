// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"strings"
)

// action is what an endpoint does.
type action int

const (
	listConfigurations action = iota
	listBridges
	showBridge
	connect
	disconnect
)

// route is an endpoint and the slug of the bridge in its path.
type route struct {
	action action
	slug   string
}

// method returns the only method that the endpoint accepts.
func (r route) method() string {
	if r.action == connect || r.action == disconnect {
		return http.MethodPost
	}
	return http.MethodGet
}

// routeOf returns the endpoint of a path. Paths end in a slash.
func routeOf(path string) (found route, ok bool) {
	if path == Path {
		return route{action: listConfigurations}, true
	}
	below, ok := strings.CutPrefix(path, BridgesPath)
	if !ok {
		return route{}, false
	}
	if below == "" {
		return route{action: listBridges}, true
	}
	slug, rest, ok := strings.Cut(below, "/")
	action, known := map[string]action{"": showBridge, "connect-provider/": connect, "disconnect-provider/": disconnect}[rest]
	return route{action, slug}, ok && known && slug != ""
}
