import { Body, Controller, Get, Param, Patch, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { FavoritesDto, UpdateUserDto } from './dto/update-user.dto.js';
import { FavoritesResponse, SafeUserResponse, UserResultResponse } from './dto/user-response.dto.js';
import { Users } from './users.service.js';

@ApiTags('Users')
@Authenticated()
@Controller('api/users')
export class UsersController {
  constructor(private readonly users: Users) {}

  /** Read one's own account */
  @Get('me')
  readOwn(@Caller() caller: UserPrincipal): Promise<SafeUserResponse> {
    return this.users.read(caller, 'me');
  }

  /** Choose the servers that are shown first */
  @Patch('me/favorites')
  @ApiErrors(400)
  setFavorites(@Caller() caller: UserPrincipal, @Body() body: FavoritesDto): Promise<FavoritesResponse> {
    return this.users.setFavorites(caller, body.favorites);
  }

  /**
   * Read an account
   *
   * One's own (`me` or the id); others with `users:read`.
   */
  @Get(':id')
  @ApiErrors(404)
  read(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<SafeUserResponse> {
    return this.users.read(caller, id);
  }

  /**
   * Change an account
   *
   * One's own (`me` or the id): profile, settings, e-mail address, and the password with `currentPassword`. With `users:write` also
   * accounts that hold no more rights than the caller, and their state. Role, portal and quota need a superuser or
   * `admin:user:edit`; nobody gives more than he holds. At most 6 a minute, 30 when only settings are sent.
   */
  @Put(':id')
  @ApiBody({ type: UpdateUserDto, examples: { settings: { value: { settings: { locale: 'en' } } } } })
  @ApiErrors(400, 404, 409)
  update(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Body() body: UpdateUserDto,
    @ClientAddress() ip: string,
  ): Promise<UserResultResponse> {
    return this.users.update(caller, id, body, ip);
  }
}
