// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// BridgesPath is the path of the bridges. Each bridge is below it, under its
// slug.
const BridgesPath = "/api/v2/platform/telephony/bridges/"

// Connection is a phone number that is connected to a bridge through a
// configuration.
type Connection struct {
	Bridge           string  `json:"bridge_slug"`
	ProviderConfigID int64   `json:"provider_config_id"`
	Provider         *string `json:"provider"`
	PhoneNumber      string  `json:"phone_number"`
}

// bridge is a bridge as the platform lists it. Unlike the documented numbers,
// the ones here name the configuration that they are connected through.
type bridge struct {
	ID       int64          `json:"id"`
	Name     string         `json:"name"`
	Slug     string         `json:"slug"`
	Provider *string        `json:"provider"`
	Numbers  []bridgeNumber `json:"numbers"`
}

type bridgeNumber struct {
	ID               int     `json:"id"`
	Number           string  `json:"number"`
	Status           string  `json:"status"`
	ProviderConfigID int64   `json:"provider_config_id"`
	Provider         *string `json:"provider"`
}

// allBridges returns the bridges of every organization, without numbers.
func allBridges() []bridge {
	return []bridge{
		{ID: 314, Name: "Sales Bridge", Slug: "sales-bridge-001"},
		{ID: 315, Name: "Support Line", Slug: "support-line"},
	}
}

// isBridge reports whether a bridge has this slug.
func isBridge(slug string) bool {
	return slices.ContainsFunc(allBridges(), func(bridge bridge) bool { return bridge.Slug == slug })
}

// connected returns the bridge with its numbers, whose IDs count from 1.
func (b bridge) connected(connections []Connection) bridge {
	b.Numbers = []bridgeNumber{}
	for _, connection := range connections {
		if connection.Bridge == b.Slug {
			b.Provider = connection.Provider
			b.Numbers = append(b.Numbers, bridgeNumber{
				len(b.Numbers) + 1, connection.PhoneNumber, "active", connection.ProviderConfigID, connection.Provider,
			})
		}
	}
	return b
}

// e164 matches a phone number that the platform accepts.
var e164 = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)

// bridgeRequest is the body of a request to connect or disconnect.
type bridgeRequest struct {
	ProviderConfigID json.RawMessage `json:"provider_config_id"`
	PhoneNumber      string          `json:"phone_number"`
}

// parseBridgeRequest parses a body, or returns the response to an invalid one.
func parseBridgeRequest(form ErrorForm, contentType string, body []byte) (parsed bridgeRequest, refusal http.HandlerFunc) {
	if mediaType, _, err := mime.ParseMediaType(contentType); err != nil || mediaType != "application/json" {
		return parsed, form.refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "Unsupported media type "+strconv.Quote(contentType)+" in request.")
	}
	if err := json.Unmarshal(body, &parsed); err != nil {
		return parsed, form.refuse(http.StatusBadRequest, "parse_error", "Malformed request.")
	}
	if !e164.MatchString(parsed.PhoneNumber) {
		return parsed, form.refuseField("phone_number", "Enter a phone number in E.164 form.")
	}
	return parsed, nil
}
