locals {
  path = "/api/v2/platform/telephony/bridges/${var.bridge_slug}/"
}

# The plan fails unless exactly one configuration matches.
data "unpod_telephony_provider_configuration" "this" {
  provider_slug = var.provider_slug
  account_sid   = var.account_sid
}

# The plan fails unless the bridge exists.
data "restful_resource" "bridge" {
  id           = local.path
  output_attrs = ["data.slug", "message"]

  lifecycle {
    postcondition {
      # restful takes status 206 for a success, but Unpod uses it for errors.
      condition     = try(self.output.data.slug, null) == var.bridge_slug
      error_message = "Unpod did not return this bridge: ${try(self.output.message, "no message")}"
    }
  }
}

resource "terraform_data" "connection" {
  triggers_replace = {
    phone_number       = var.phone_number
    provider_config_id = data.unpod_telephony_provider_configuration.this.id
  }
}

# Do not add create_before_destroy: Unpod disconnects by number, so that would undo
# the new connection.
resource "restful_operation" "connection" {
  path          = "${local.path}connect-provider/"
  method        = "POST"
  body          = terraform_data.connection.triggers_replace
  delete_path   = "${local.path}disconnect-provider/"
  delete_method = "POST"
  delete_body   = { phone_number = var.phone_number }

  # Without this, state has the whole response, which can contain secrets.
  output_attrs = ["status_code", "message"]

  # The create fails unless the bridge then has the number.
  poll = {
    url_locator       = "exact.${local.path}"
    status_locator    = "body.data.numbers.#(number==\"${var.phone_number}\").status"
    status            = { success = "active" }
    default_delay_sec = 1
  }

  lifecycle {
    # Without this, a changed body connects, but does not disconnect first.
    replace_triggered_by = [terraform_data.connection]
  }
}
