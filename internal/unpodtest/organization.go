// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"net/http"
	"net/url"
	"strconv"
)

// The platform's paginator gives ten elements unless it is asked for more, and
// a hundred at most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// organization is what one organization has.
type organization struct {
	handle         string
	configurations []Configuration
}

// list answers with the configurations.
func (o *organization) list(settings Settings, query url.Values) http.HandlerFunc {
	shown := o.configurations
	if settings.Pages {
		shown = page(shown, query)
	}
	body := listBody(shown)
	if settings.Older {
		body = listBody(older(shown, o.handle))
	}
	if settings.Pages {
		body["count"] = len(o.configurations)
	}
	if settings.EmptyObject && len(o.configurations) == 0 {
		body["message"], body["data"] = "Success", struct{}{}
	}
	return encode(body, http.StatusOK)
}

// listBody is the body of a list that is not in pages.
func listBody[E any](elements []E) map[string]any {
	return map[string]any{
		"status_code": http.StatusOK,
		"message":     "Provider configurations fetched successfully.",
		"data":        append([]E{}, elements...),
	}
}

// page cuts the query's page out of the list. A page past the end is empty.
func page(configurations []Configuration, query url.Values) []Configuration {
	size := min(positive(query.Get("page_size"), defaultPageSize), maxPageSize)
	before := positive(query.Get("page"), 1) - 1
	if before > len(configurations)/size {
		return nil
	}
	return configurations[before*size : min((before+1)*size, len(configurations))]
}

// positive reads a positive number, or gives the fallback.
func positive(text string, fallback int) int {
	if number, err := strconv.Atoi(text); err == nil && number > 0 {
		return number
	}
	return fallback
}
