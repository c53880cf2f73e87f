variable "api_token" {
  description = "API token, without the prefix Token."
  type        = string
  sensitive   = true
  ephemeral   = true # keeps the token out of saved plans
}

variable "org_handle" {
  description = "Handle of the organization: its domain_handle."
  type        = string
}

variable "base_url" {
  description = "Address of the platform, without a path, for example https://unpod.dev."
  type        = string
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
  description = "Phone number to connect, in E.164 format. It must belong to the configuration's account."
  type        = string
}

variable "provider_slug" {
  description = "Slug of the telephony provider, for example twilio."
  type        = string
}
