variable "api_token" {
  description = "API token, without the prefix Token."
  type        = string
  sensitive   = true
  ephemeral   = true # keeps the token out of saved plans

  validation {
    condition     = can(regex("^[-0-9A-Za-z._~+/]+=*$", var.api_token))
    error_message = "Set only the token, without spaces, quotation marks, or the word Token."
  }
}

variable "org_handle" {
  description = "Handle of the organization: its domain_handle."
  type        = string
}

variable "base_url" {
  description = "Address of the platform, without a path, for example https://unpod.dev."
  type        = string

  # http:// would send the token unencrypted.
  validation {
    condition     = can(regex("^(https://[^/?#@]+|http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?)$", var.base_url))
    error_message = "Set base_url to https:// and a host, without a path, for example https://unpod.dev."
  }
}

variable "product_id" {
  description = "Product-Id header, for example unpod.dev. Set it if the platform asks for one."
  type        = string
  default     = null
}

variable "bridge_slug" {
  description = "Slug of the bridge."
  type        = string
}

variable "phone_number" {
  description = "Phone number to connect, in E.164 format. It must belong to the account of the provider configuration."
  type        = string
}

variable "provider_slug" {
  description = "Slug of the telephony provider, for example twilio."
  type        = string
}
